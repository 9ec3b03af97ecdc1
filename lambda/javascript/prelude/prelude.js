// The parts of the functions' environment that are written in JavaScript. The
// script yields a function that takes what Go provides and returns the core
// modules.
(function (native, baseUtil, bufferModule, urlModule) {
  'use strict';

  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  const Buffer = bufferModule.Buffer;

  // ---- what the engine's Buffer lacks

  const encodings = /^(utf-?8|hex|base64|base64url|latin1|binary|ascii|utf-?16le|ucs-?2)$/i;
  // Encodings that are done here.
  const wide = /^(utf-?16le|ucs-?2)$/i, narrow = /^(latin1|binary|ascii)$/i;
  const hidden = (o, members) => {
    for (const k of Object.keys(members)) Object.defineProperty(o, k, { value: members[k], writable: true, configurable: true });
  };

  // ---- what the engine does in one step, whatever becomes of it

  const flatten = (from, depth, into) => {
    for (let i = 0; i < from.length; i++) {
      if (!(i in from)) continue;
      const v = from[i];
      if (depth > 0 && Array.isArray(v)) flatten(v, depth - 1, into); else into.push(v);
    }
    return into;
  };
  hidden(Array.prototype, {
    flat(depth = 1) { return flatten(this, Math.trunc(depth) || 0, []); },
    flatMap(callback, self) {
      if (typeof callback !== 'function') throw new TypeError(`${callback} is not a function`);
      const into = [];
      for (let i = 0; i < this.length; i++) {
        if (!(i in this)) continue;
        const v = callback.call(self, this[i], i, this);
        if (Array.isArray(v)) flatten(v, 0, into); else into.push(v);
      }
      return into;
    },
    toLocaleString() {
      const texts = [];
      for (let i = 0; i < this.length; i++) texts.push(this[i] === undefined || this[i] === null ? '' : `${this[i].toLocaleString()}`);
      return texts.join(',');
    },
  });
  Object.defineProperty(Array.prototype.flat, 'length', { value: 0 });
  Object.defineProperty(Array.prototype.flatMap, 'length', { value: 1 });
  hidden(String, {
    raw(strings, ...values) {
      const { raw } = strings, parts = [];
      for (let i = 0; i < raw.length; i++) {
        parts.push(`${raw[i]}`);
        if (i < values.length && i + 1 < raw.length) parts.push(`${values[i]}`);
      }
      return parts.join('');
    },
  });

  const originalFrom = Buffer.from, originalToString = Buffer.prototype.toString;
  const asBufferView = (v) => (v instanceof Uint8Array && !(v instanceof Buffer) ? originalFrom.call(Buffer, v.buffer, v.byteOffset, v.byteLength) : v);
  hidden(Buffer, {
    from(value, encoding, length) {
      if (typeof value === 'string' && typeof encoding === 'string') {
        if (!encodings.test(encoding)) throw new TypeError(`Unknown encoding: ${encoding}`);
        if (narrow.test(encoding)) {
          const b = Buffer.alloc(value.length);
          for (let i = 0; i < value.length; i++) b[i] = value.charCodeAt(i);
          return b;
        }
        if (wide.test(encoding)) {
          const b = Buffer.alloc(value.length * 2);
          for (let i = 0; i < value.length; i++) { b[2 * i] = value.charCodeAt(i); b[2 * i + 1] = value.charCodeAt(i) >> 8; }
          return b;
        }
        if (/^base64/i.test(encoding)) {
          // Either alphabet, any white space, with or without padding.
          let clean = value.replace(/=[^]*$/, '').replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '');
          if (clean.length % 4 === 1) clean = clean.slice(0, -1);
          return originalFrom.call(Buffer, clean + '='.repeat((4 - (clean.length % 4)) % 4), 'base64');
        }
        return originalFrom.call(Buffer, value, encoding.toLowerCase().replace('utf-8', 'utf8'));
      }
      if (value !== null && typeof value === 'object' && value.type === 'Buffer' && Array.isArray(value.data)) return originalFrom.call(Buffer, value.data);
      return originalFrom.call(Buffer, value, encoding, length);
    },
    isBuffer: (v) => v instanceof Buffer,
    isEncoding: (e) => typeof e === 'string' && encodings.test(e),
    byteLength: (v, encoding) => (typeof v === 'string' ? Buffer.from(v, encoding || 'utf8').length : v.byteLength),
    compare: (a, b) => {
      for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
    },
  });
  hidden(Buffer.prototype, {
    toString(encoding, start, end) {
      if (encoding === undefined) return originalToString.call(this, 'utf8', start, end);
      const e = String(encoding);
      if (!encodings.test(e)) throw new TypeError(`Unknown encoding: ${encoding}`);
      if (narrow.test(e)) return native.decode(this.subarray(start, end), 'latin1', false);
      if (wide.test(e)) return native.decode(this.subarray(start, end), 'utf-16le', false);
      if (/^base64url$/i.test(e)) return originalToString.call(this, 'base64', start, end).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
      return originalToString.call(this, e.toLowerCase().replace('utf-8', 'utf8'), start, end);
    },
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; },
    subarray(start, end) { return asBufferView(Uint8Array.prototype.subarray.call(this, start, end)); },
    slice(start, end) { return this.subarray(start, end); },
    compare(other) { return Buffer.compare(this, other); },
    copy(target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    },
    indexOf(v, from = 0, encoding) {
      if (typeof v === 'number') return Uint8Array.prototype.indexOf.call(this, v & 255, from);
      const needle = typeof v === 'string' ? Buffer.from(v, encoding || 'utf8') : v;
      for (let i = from < 0 ? Math.max(0, this.length + from) : from; i <= this.length - needle.length; i++) {
        let n = 0;
        while (n < needle.length && this[i + n] === needle[n]) n++;
        if (n === needle.length) return i;
      }
      return -1;
    },
    includes(v, from, encoding) { return this.indexOf(v, from, encoding) >= 0; },
    fill(v, start = 0, end = this.length, encoding) {
      if (typeof v !== 'string') return Uint8Array.prototype.fill.call(this, v, start, end);
      const pattern = Buffer.from(v, encoding || 'utf8');
      for (let i = start; i < end; i++) this[i] = pattern.length ? pattern[(i - start) % pattern.length] : 0;
      return this;
    },
  });

  // ---- inspection and the console

  const inspect = (value, options) => {
    const limit = (options && options.depth !== undefined && options.depth !== null) ? options.depth : 2;
    const seen = [];
    let budget = 10000;
    const key = (k) => (typeof k === 'symbol' ? `[${String(k)}]` : /^[A-Za-z_$][\w$]*$/.test(k) ? k : quote(k));
    const quote = (s) => {
      const q = s.includes("'") ? (s.includes('"') ? '`' : '"') : "'";
      return q + s.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r') + q;
    };
    const show = (v, depth) => {
      if (budget-- <= 0) return '...';
      switch (typeof v) {
        case 'string': return quote(v);
        case 'bigint': return `${v}n`;
        case 'symbol': return String(v);
        case 'undefined': return 'undefined';
        case 'number': return Object.is(v, -0) ? '-0' : String(v);
        case 'boolean': return String(v);
        case 'function': {
          const text = Function.prototype.toString.call(v);
          const kind = text.startsWith('class') ? 'class' : 'Function';
          return kind === 'class' ? `[class ${v.name || '(anonymous)'}]` : `[${kind}${v.name ? ': ' + v.name : ' (anonymous)'}]`;
        }
      }
      if (v === null) return 'null';
      if (v instanceof Error) {
        const stack = v.stack ? String(v.stack).replace(/\n\tat /g, '\n    at ').trimEnd() : `${v.name}: ${v.message}`;
        return depth > 0 ? `[${stack}]` : stack;
      }
      if (v instanceof Date) return Number.isNaN(v.getTime()) ? 'Invalid Date' : v.toISOString();
      if (v instanceof RegExp) return String(v);
      if (v instanceof Promise) return 'Promise {}';
      if (seen.includes(v)) return '[Circular *1]';
      if (depth > limit) return Array.isArray(v) ? '[Array]' : `[${(v.constructor && v.constructor.name) || 'Object'}]`;
      if (Buffer.isBuffer(v)) {
        const bytes = Array.from(v.subarray(0, 50), (b) => b.toString(16).padStart(2, '0')).join(' ');
        return `<Buffer ${bytes}${v.length > 50 ? ` ... ${v.length - 50} more bytes` : ''}>`;
      }
      seen.push(v);
      let open = '{', close = '}', prefix = '';
      let parts = [];
      const entries = (skip) => {
        for (const k of Object.keys(v)) if (!skip || !/^\d+$/.test(k)) parts.push(`${key(k)}: ${show(v[k], depth + 1)}`);
      };
      const name = v.constructor && v.constructor.name;
      if (Array.isArray(v)) {
        [open, close] = ['[', ']'];
        parts = v.slice(0, 100).map((x) => show(x, depth + 1));
        if (v.length > 100) parts.push(`... ${v.length - 100} more item${v.length > 101 ? 's' : ''}`);
        entries(true);
      } else if (v instanceof Map) {
        prefix = `Map(${v.size}) `;
        for (const [k, x] of v) { if (parts.length >= 100) break; parts.push(`${show(k, depth + 1)} => ${show(x, depth + 1)}`); }
      } else if (v instanceof Set) {
        prefix = `Set(${v.size}) `;
        for (const x of v) { if (parts.length >= 100) break; parts.push(show(x, depth + 1)); }
      } else if (ArrayBuffer.isView(v) && v.length !== undefined) {
        prefix = `${name}(${v.length}) `;
        [open, close] = ['[', ']'];
        parts = Array.from(v.subarray(0, 100), (x) => show(x, depth + 1));
      } else {
        if (name === undefined && Object.getPrototypeOf(v) === null) prefix = '[Object: null prototype] ';
        else if (name && name !== 'Object') prefix = `${name} `;
        entries(false);
      }
      seen.pop();
      if (parts.length === 0) return `${prefix}${open}${close}`;
      const line = parts.join(', ');
      if (line.length + prefix.length > 72 || line.includes('\n')) {
        return `${prefix}${open}\n${parts.map((p) => '  ' + p.replace(/\n/g, '\n  ')).join(',\n')}\n${close}`;
      }
      return `${prefix}${open} ${line} ${close}`;
    };
    return show(value, 0);
  };

  const format = (...args) => {
    let out = '';
    let i = 0;
    if (typeof args[0] === 'string') {
      i = 1;
      out = args.length === 1 ? args[0] : args[0].replace(/%[sdifjoOc%]/g, (m) => {
        if (m === '%%') return '%';
        if (i >= args.length) return m;
        const v = args[i++];
        switch (m) {
          case '%s': return typeof v === 'string' ? v : typeof v === 'object' && v !== null ? inspect(v, { depth: 0 }) : typeof v === 'bigint' ? `${v}n` : String(v);
          case '%d': return typeof v === 'bigint' ? `${v}n` : typeof v === 'object' ? 'NaN' : String(Number(v));
          case '%i': return typeof v === 'bigint' ? `${v}n` : String(parseInt(v, 10));
          case '%f': return String(parseFloat(v));
          case '%j': try { return JSON.stringify(v); } catch (e) { return '[Circular]'; }
          case '%c': return '';
          default: return inspect(v, { depth: 4 });
        }
      });
    }
    for (; i < args.length; i++) {
      const text = typeof args[i] === 'string' ? args[i] : inspect(args[i]);
      out = out === '' && i === 0 ? text : `${out} ${text}`;
    }
    return out;
  };

  const counts = new Map();
  const clocks = new Map();
  let indent = '';
  const print = (level) => (...args) => {
    const text = format(...args);
    native.log(level, indent ? indent + text.replace(/\n/g, '\n' + indent) : text);
  };
  const consoleObject = {
    log: print('info'), info: print('info'), debug: print('debug'), warn: print('warn'), error: print('error'),
    trace: (...args) => native.log('error', `Trace: ${format(...args)}\n${new Error().stack.split('\n').slice(2).join('\n')}`),
    dir: (v, options) => native.log('info', inspect(v, options)),
    table: (v) => native.log('info', inspect(v)),
    assert: (ok, ...args) => { if (!ok) native.log('error', args.length ? `Assertion failed: ${format(...args)}` : 'Assertion failed'); },
    count: (label = 'default') => { counts.set(label, (counts.get(label) || 0) + 1); native.log('info', `${label}: ${counts.get(label)}`); },
    countReset: (label = 'default') => { counts.delete(label); },
    group: (...args) => { if (args.length) consoleObject.log(...args); if (indent.length < 100) indent += '  '; },
    groupCollapsed: (...args) => consoleObject.group(...args),
    groupEnd: () => { indent = indent.slice(2); },
    time: (label = 'default') => { clocks.set(label, native.now()); },
    timeEnd: (label = 'default') => { consoleObject.timeLog(label); clocks.delete(label); },
    timeLog: (label = 'default', ...args) => {
      if (clocks.has(label)) consoleObject.log(`${label}: ${(native.now() - clocks.get(label)).toFixed(3)}ms`, ...args);
    },
  };
  define('console', consoleObject);

  // ---- scheduling

  define('queueMicrotask', (callback) => {
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
    Promise.resolve().then(callback);
  });
  process.nextTick = (callback, ...args) => { Promise.resolve().then(() => callback(...args)); };
  process.hrtime.bigint = () => BigInt(Math.round(native.now() * 1e6));
  process.memoryUsage = () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 });
  define('performance', { now: native.now, timeOrigin: Date.now() - native.now() });

  // ---- text

  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text = '') { return new Uint8Array(native.encode(String(text))); }
    encodeInto(text, target) {
      const bytes = this.encode(text);
      let n = Math.min(bytes.length, target.length);
      while (n > 0 && n < bytes.length && (bytes[n] & 0xc0) === 0x80) n--;
      target.set(bytes.subarray(0, n));
      return { read: new TextDecoder().decode(bytes.subarray(0, n)).length, written: n };
    }
  }
  const labels = {
    'utf-8': 'utf-8', utf8: 'utf-8', 'utf-16le': 'utf-16le', 'utf-16': 'utf-16le', ucs2: 'utf-16le',
    latin1: 'latin1', 'iso-8859-1': 'latin1', ascii: 'latin1', 'windows-1252': 'latin1',
  };
  class TextDecoder {
    #encoding; #fatal; #keep;
    constructor(label = 'utf-8', options = {}) {
      this.#encoding = labels[String(label).trim().toLowerCase()];
      if (!this.#encoding) throw new RangeError(`The "${label}" encoding is not supported`);
      this.#fatal = !!options.fatal;
      this.#keep = !!options.ignoreBOM;
    }
    get encoding() { return this.#encoding === 'latin1' ? 'windows-1252' : this.#encoding; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#keep; }
    decode(bytes, options) {
      if (options && options.stream) throw new TypeError('TextDecoder: streaming is not supported');
      if (bytes === undefined) return '';
      const text = native.decode(bytes, this.#encoding, this.#fatal);
      if (text === null) throw new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
      return !this.#keep && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    }
  }
  define('TextEncoder', TextEncoder);
  define('TextDecoder', TextDecoder);

  // ---- events and aborting

  class EventEmitter {
    #listeners = new Map();
    on(name, listener) {
      if (typeof listener !== 'function') throw new TypeError('The "listener" argument must be of type function');
      if (!this.#listeners.has(name)) this.#listeners.set(name, []);
      this.#listeners.get(name).push(listener);
      return this;
    }
    once(name, listener) {
      const wrapped = (...args) => { this.off(name, wrapped); return listener.apply(this, args); };
      wrapped.listener = listener;
      return this.on(name, wrapped);
    }
    off(name, listener) {
      const list = this.#listeners.get(name) || [];
      const i = list.findIndex((l) => l === listener || l.listener === listener);
      if (i >= 0) this.#listeners.set(name, list.filter((_, n) => n !== i));
      return this;
    }
    emit(name, ...args) {
      const list = this.#listeners.get(name) || [];
      if (name === 'error' && list.length === 0) throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${inspect(args[0])})`);
      for (const l of [...list]) l.apply(this, args);
      return list.length > 0;
    }
    addListener(name, listener) { return this.on(name, listener); }
    removeListener(name, listener) { return this.off(name, listener); }
    removeAllListeners(name) { if (name === undefined) this.#listeners.clear(); else this.#listeners.delete(name); return this; }
    listeners(name) { return (this.#listeners.get(name) || []).map((l) => l.listener || l); }
    listenerCount(name) { return (this.#listeners.get(name) || []).length; }
    eventNames() { return [...this.#listeners.keys()].filter((k) => this.listenerCount(k) > 0); }
    setMaxListeners() { return this; }
  }
  EventEmitter.EventEmitter = EventEmitter;
  EventEmitter.once = (emitter, name) => new Promise((resolve, reject) => {
    emitter.once(name, (...args) => resolve(args));
    if (name !== 'error') emitter.once('error', reject);
  });

  class Event { constructor(type, init = {}) { this.type = type; Object.assign(this, init); } }
  class EventTarget {
    #on = new Map();
    addEventListener(type, listener, options) {
      const list = this.#on.get(type) || [];
      if (!list.some((l) => l.listener === listener)) list.push({ listener, once: !!(options && options.once) });
      this.#on.set(type, list);
    }
    removeEventListener(type, listener) { this.#on.set(type, (this.#on.get(type) || []).filter((l) => l.listener !== listener)); }
    dispatchEvent(event) {
      event.target = this;
      for (const l of [...(this.#on.get(event.type) || [])]) {
        if (l.once) this.removeEventListener(event.type, l.listener);
        if (typeof l.listener === 'function') l.listener.call(this, event); else l.listener.handleEvent(event);
      }
      if (typeof this['on' + event.type] === 'function') this['on' + event.type](event);
      return true;
    }
  }
  class DOMException extends Error {
    #name;
    constructor(message = '', name = 'Error') { super(message); this.#name = name; Object.defineProperty(this, 'name', { value: name, configurable: true }); }
  }
  class AbortSignal extends EventTarget {
    aborted = false;
    reason = undefined;
    throwIfAborted() { if (this.aborted) throw this.reason; }
    static abort(reason) { const c = new AbortController(); c.abort(reason); return c.signal; }
    static timeout(ms) {
      const c = new AbortController();
      setTimeout(() => c.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms).unref();
      return c.signal;
    }
    static any(signals) {
      const c = new AbortController();
      for (const s of signals) {
        if (s.aborted) { c.abort(s.reason); break; }
        s.addEventListener('abort', () => c.abort(s.reason), { once: true });
      }
      return c.signal;
    }
  }
  class AbortController {
    signal = new AbortSignal();
    abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
      if (this.signal.aborted) return;
      this.signal.aborted = true;
      this.signal.reason = reason;
      this.signal.dispatchEvent(new Event('abort'));
    }
  }
  for (const c of [Event, EventTarget, DOMException, AbortSignal, AbortController]) define(c.name, c);

  // ---- fetch

  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  class Headers {
    #map = new Map();
    constructor(init) {
      if (init === undefined || init === null) return;
      if (typeof init[Symbol.iterator] === 'function') for (const [k, v] of init) this.append(k, v);
      else for (const k of Object.keys(init)) this.append(k, init[k]);
    }
    static #check(name, value = '') {
      if (!token.test(name)) throw new TypeError(`Headers: "${name}" is an invalid header name.`);
      const v = String(value).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
      if (/[\0\r\n]/.test(v) || /[^\x00-\xff]/.test(v)) throw new TypeError(`Headers: "${v}" is an invalid header value.`);
      return [String(name).toLowerCase(), v];
    }
    append(name, value) { const [k, v] = Headers.#check(name, value); this.#map.set(k, [...(this.#map.get(k) || []), v]); }
    set(name, value) { const [k, v] = Headers.#check(name, value); this.#map.set(k, [v]); }
    get(name) { const v = this.#map.get(Headers.#check(name)[0]); return v ? v.join(', ') : null; }
    has(name) { return this.#map.has(Headers.#check(name)[0]); }
    delete(name) { this.#map.delete(Headers.#check(name)[0]); }
    getSetCookie() { return [...(this.#map.get('set-cookie') || [])]; }
    *entries() {
      for (const k of [...this.#map.keys()].sort()) {
        if (k === 'set-cookie') for (const v of this.#map.get(k)) yield [k, v];
        else yield [k, this.#map.get(k).join(', ')];
      }
    }
    *keys() { for (const [k] of this.entries()) yield k; }
    *values() { for (const [, v] of this.entries()) yield v; }
    forEach(f, self) { for (const [k, v] of this.entries()) f.call(self, v, k, this); }
    [Symbol.iterator]() { return this.entries(); }
  }

  // What a body is made of, and the content type that goes with it.
  const bodyOf = (body) => {
    if (body === undefined || body === null) return [null, null];
    if (typeof body === 'string') return [native.encode(body), 'text/plain;charset=UTF-8'];
    if (body instanceof ArrayBuffer) return [body.slice(0), null];
    if (ArrayBuffer.isView(body)) return [body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength), null];
    if (body instanceof urlModule.URLSearchParams) return [native.encode(String(body)), 'application/x-www-form-urlencoded;charset=UTF-8'];
    return [native.encode(String(body)), 'text/plain;charset=UTF-8'];
  };
  class Body {
    #bytes = null;
    bodyUsed = false;
    constructor(bytes) { this.#bytes = bytes; }
    #take() {
      if (this.bodyUsed) return Promise.reject(new TypeError('Body is unusable: Body has already been read'));
      this.bodyUsed = this.#bytes !== null;
      return Promise.resolve(this.#bytes || new ArrayBuffer(0));
    }
    arrayBuffer() { return this.#take(); }
    bytes() { return this.#take().then((b) => new Uint8Array(b)); }
    text() { return this.#take().then((b) => new TextDecoder().decode(b)); }
    json() { return this.text().then((t) => JSON.parse(t)); }
    copy() {
      if (this.bodyUsed) throw new TypeError('Body has already been read');
      return this.#bytes;
    }
  }
  class Response extends Body {
    constructor(body, init = {}) {
      const [bytes, type] = bodyOf(body);
      super(bytes);
      this.status = init.status === undefined ? 200 : init.status;
      if (!(this.status >= 200 && this.status <= 599)) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
      this.statusText = init.statusText || '';
      this.headers = new Headers(init.headers);
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
      this.url = init.url || '';
      this.redirected = !!init.redirected;
      this.type = 'basic';
    }
    get ok() { return this.status >= 200 && this.status <= 299; }
    clone() { return new Response(this.copy(), this); }
    static json(data, init = {}) {
      const r = new Response(JSON.stringify(data), init);
      r.headers.set('content-type', 'application/json');
      return r;
    }
    static error() { throw new TypeError('Response.error is not supported'); }
  }
  class Request extends Body {
    constructor(input, init = {}) {
      const base = input instanceof Request ? input : null;
      const [bytes, type] = bodyOf(init.body !== undefined ? init.body : base ? base.copy() : undefined);
      super(bytes);
      this.method = init.method || (base ? base.method : 'GET');
      if (!token.test(this.method)) throw new TypeError(`'${this.method}' is not a valid HTTP method.`);
      if (/^(get|head|post|put|delete|options)$/i.test(this.method)) this.method = this.method.toUpperCase();
      if (bytes !== null && (this.method === 'GET' || this.method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
      this.url = base ? base.url : new urlModule.URL(String(input)).href;
      this.headers = new Headers(init.headers || (base ? base.headers : undefined));
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
      this.redirect = init.redirect || (base ? base.redirect : 'follow');
      this.signal = init.signal || (base ? base.signal : null);
    }
    clone() { return new Request(this); }
  }
  const fetch = (input, init) => new Promise((resolve, reject) => {
    const request = new Request(input, init);
    const signal = request.signal;
    if (signal && signal.aborted) throw signal.reason;
    const flat = [];
    for (const [k, v] of request.headers) flat.push(k, v);
    const abort = (cancel) => {
      if (signal) signal.addEventListener('abort', () => { cancel(); reject(signal.reason); }, { once: true });
    };
    native.fetch(request.method, request.url, flat, request.copy(), request.redirect, abort).then((raw) => {
      const pairs = [];
      for (let i = 0; i < raw.headers.length; i += 2) pairs.push([raw.headers[i], raw.headers[i + 1]]);
      const none = raw.status === 204 || raw.status === 304 || request.method === 'HEAD';
      resolve(new Response(none ? null : raw.body, {
        status: raw.status, statusText: raw.statusText, headers: pairs, url: raw.url, redirected: raw.redirected,
      }));
    }, reject);
  });
  define('Headers', Headers);
  define('Request', Request);
  define('Response', Response);
  define('fetch', fetch);

  define('structuredClone', (value) => {
    const seen = new Map();
    const copy = (v) => {
      if (typeof v === 'function' || typeof v === 'symbol') throw new DOMException(`${String(v)} could not be cloned.`, 'DataCloneError');
      if (typeof v !== 'object' || v === null) return v;
      if (seen.has(v)) return seen.get(v);
      let out;
      const keep = (o) => { seen.set(v, o); return o; };
      if (v instanceof Date) return keep(new Date(v.getTime()));
      if (v instanceof RegExp) return keep(new RegExp(v.source, v.flags));
      if (v instanceof ArrayBuffer) return keep(v.slice(0));
      if (ArrayBuffer.isView(v)) return keep(v.slice());
      if (v instanceof Map) { out = keep(new Map()); for (const [k, x] of v) out.set(copy(k), copy(x)); return out; }
      if (v instanceof Set) { out = keep(new Set()); for (const x of v) out.add(copy(x)); return out; }
      if (v instanceof Error) { out = keep(new v.constructor(v.message)); out.stack = v.stack; return out; }
      out = keep(Array.isArray(v) ? [] : {});
      for (const k of Object.keys(v)) out[k] = copy(v[k]);
      return out;
    };
    return copy(value);
  });

  // ---- core modules

  const asBuffer = (arrayBuffer, encoding) => {
    const b = Buffer.from(arrayBuffer);
    return encoding && encoding !== 'buffer' ? b.toString(encoding) : b;
  };
  const data = (v, encoding) => (typeof v === 'string' && encoding && !/^utf-?8$/i.test(encoding) ? Buffer.from(v, encoding) : v);
  const join = (chunks) => (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks.map((c) => (typeof c === 'string' ? Buffer.from(c) : Buffer.from(c)))));
  class Hash {
    #algorithm; #key; #chunks = []; #done = false;
    constructor(algorithm, key) {
      this.#algorithm = algorithm;
      this.#key = key;
      if (native.hash(algorithm, key, '') === null) {
        const e = new Error(key === null ? 'Digest method not supported' : `Invalid digest: ${algorithm}`);
        e.code = key === null ? 'ERR_OSSL_EVP_UNSUPPORTED' : 'ERR_CRYPTO_INVALID_DIGEST';
        throw e;
      }
    }
    update(chunk, encoding) {
      if (this.#done) throw new Error('Digest already called');
      if (typeof chunk !== 'string' && !ArrayBuffer.isView(chunk)) throw new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView.');
      this.#chunks.push(typeof chunk === 'string' ? data(chunk, encoding) : Buffer.from(chunk));
      return this;
    }
    digest(encoding) {
      if (this.#done) throw new Error('Digest already called');
      this.#done = true;
      return asBuffer(native.hash(this.#algorithm, this.#key, this.#chunks.length ? join(this.#chunks) : ''), encoding);
    }
    copy() {
      const h = new Hash(this.#algorithm, this.#key);
      for (const c of this.#chunks) h.update(c);
      return h;
    }
  }
  const fill = (view) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (bytes.length > 65536) throw new DOMException('The requested length exceeds 65,536 bytes', 'QuotaExceededError');
    bytes.set(new Uint8Array(native.randomFill(bytes.length)));
    return view;
  };
  const later = (callback, make) => {
    let value, error = null;
    try { value = make(); } catch (e) { error = e; }
    setImmediate(() => (error ? callback(error) : callback(null, value)));
  };
  const subtleHash = (algorithm) => {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    if (!/^sha-(1|256|384|512)$/i.test(name)) throw new DOMException('Unrecognized algorithm name', 'NotSupportedError');
    return name;
  };
  const webcrypto = {
    getRandomValues: fill,
    randomUUID: native.randomUUID,
    subtle: {
      digest: async (algorithm, bytes) => native.hash(subtleHash(algorithm), null, bytes),
      importKey: async (kind, raw, algorithm, extractable, usages) => {
        if (kind !== 'raw' || algorithm.name !== 'HMAC') throw new DOMException('Only raw HMAC keys are supported', 'NotSupportedError');
        return { type: 'secret', extractable, algorithm, usages, raw: Buffer.from(raw) };
      },
      sign: async (algorithm, key, bytes) => native.hash(subtleHash(key.algorithm.hash), key.raw, bytes),
      verify: async (algorithm, key, signature, bytes) => {
        const own = native.hash(subtleHash(key.algorithm.hash), key.raw, bytes);
        return own.byteLength === signature.byteLength && native.equal(own, signature);
      },
    },
  };
  define('crypto', webcrypto);
  const cryptoModule = {
    createHash: (algorithm) => new Hash(algorithm, null),
    createHmac: (algorithm, key) => new Hash(algorithm, typeof key === 'string' ? key : Buffer.from(key)),
    hash: (algorithm, value, encoding = 'hex') => new Hash(algorithm, null).update(value).digest(encoding),
    randomUUID: native.randomUUID,
    randomBytes: (n, callback) => (callback ? later(callback, () => Buffer.from(native.randomFill(n))) : Buffer.from(native.randomFill(n))),
    randomInt: (a, b, callback) => {
      if (typeof b === 'function') [b, callback] = [undefined, b];
      const [low, high] = b === undefined ? [0, a] : [a, b];
      const range = high - low;
      if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range <= 0 || range > 2 ** 48 - 1) throw new RangeError('The value of "max" is out of range.');
      const bound = 2 ** 48 - (2 ** 48 % range);
      let n;
      do { n = Buffer.from(native.randomFill(6)).readUIntBE(0, 6); } while (n >= bound);
      return callback ? later(callback, () => low + (n % range)) : low + (n % range);
    },
    randomFillSync: fill,
    getRandomValues: fill,
    timingSafeEqual: native.equal,
    pbkdf2Sync: (password, salt, iterations, length, algorithm) => asBuffer(native.pbkdf2(password, salt, iterations, length, algorithm)),
    pbkdf2: (password, salt, iterations, length, algorithm, callback) => later(callback, () => cryptoModule.pbkdf2Sync(password, salt, iterations, length, algorithm)),
    getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-256'],
    webcrypto,
    subtle: webcrypto.subtle,
  };

  const normalize = (p) => {
    if (p === '') return '.';
    const absolute = p[0] === '/';
    const out = [];
    for (const part of p.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..' && out.length && out[out.length - 1] !== '..') out.pop();
      else if (part !== '..' || !absolute) out.push(part);
    }
    let s = out.join('/');
    if (s && p.endsWith('/')) s += '/';
    return absolute ? '/' + s : s || (p.endsWith('/') ? './' : '.');
  };
  const path = {
    sep: '/', delimiter: ':', normalize,
    join: (...parts) => { const s = parts.filter((p) => p !== '').join('/'); return s === '' ? '.' : normalize(s); },
    resolve: (...parts) => {
      let s = '';
      for (let i = parts.length - 1; i >= 0 && s[0] !== '/'; i--) if (parts[i] !== '') s = s ? `${parts[i]}/${s}` : parts[i];
      if (s[0] !== '/') s = s ? `${process.cwd()}/${s}` : process.cwd();
      s = normalize(s);
      return s.length > 1 && s.endsWith('/') ? s.slice(0, -1) : s;
    },
    isAbsolute: (p) => p[0] === '/',
    dirname: (p) => {
      const s = p.replace(/\/+$/, '');
      const i = s.lastIndexOf('/');
      return i < 0 ? (s === '' && p !== '' ? '/' : '.') : i === 0 ? '/' : s.slice(0, i).replace(/\/+$/, '') || '/';
    },
    basename: (p, suffix) => {
      const s = p.replace(/\/+$/, '');
      const base = s.slice(s.lastIndexOf('/') + 1);
      return suffix && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base;
    },
    extname: (p) => {
      const base = path.basename(p);
      const i = base.lastIndexOf('.');
      return i <= 0 ? '' : base.slice(i);
    },
    relative: (from, to) => {
      const a = path.resolve(from).split('/').filter(Boolean);
      const b = path.resolve(to).split('/').filter(Boolean);
      let n = 0;
      while (n < a.length && n < b.length && a[n] === b[n]) n++;
      return [...a.slice(n).map(() => '..'), ...b.slice(n)].join('/');
    },
    parse: (p) => {
      const base = path.basename(p), ext = path.extname(p);
      const dir = path.dirname(p);
      return { root: p[0] === '/' ? '/' : '', dir: dir === '.' && !p.startsWith('.') ? '' : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
    },
    format: (o) => {
      const base = o.base || `${o.name || ''}${o.ext || ''}`;
      const dir = o.dir || o.root;
      return dir ? (dir === o.root ? dir + base : `${dir}/${base}`) : base;
    },
  };
  path.posix = path;

  const promisify = (f) => {
    if (f && f[promisify.custom]) return f[promisify.custom];
    if (typeof f !== 'function') throw new TypeError('The "original" argument must be of type function');
    return function (...args) {
      return new Promise((resolve, reject) => f.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value))));
    };
  };
  promisify.custom = Symbol.for('nodejs.util.promisify.custom');
  const sleep = (ms, value, options) => new Promise((resolve, reject) => {
    const t = setTimeout(() => resolve(value), ms);
    const signal = options && options.signal;
    if (signal) signal.addEventListener('abort', () => { clearTimeout(t); reject(signal.reason); }, { once: true });
  });
  setTimeout[promisify.custom] = sleep;
  const equal = (a, b) => {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (a instanceof Date) return a.getTime() === b.getTime();
    if (a instanceof RegExp) return String(a) === String(b);
    if (a instanceof Map || a instanceof Set) {
      if (a.size !== b.size) return false;
      const left = [...a], right = [...b];
      return left.every((x) => right.some((y) => equal(x, y)));
    }
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((k) => Object.prototype.hasOwnProperty.call(b, k) && equal(a[k], b[k]));
  };
  const util = {
    format, inspect, promisify,
    isDeepStrictEqual: equal,
    inherits: (child, parent) => { Object.setPrototypeOf(child.prototype, parent.prototype); Object.defineProperty(child, 'super_', { value: parent }); },
    callbackify: (f) => (...args) => { const callback = args.pop(); f(...args).then((v) => process.nextTick(callback, null, v), (e) => process.nextTick(callback, e)); },
    deprecate: (f) => f,
    types: {
      isPromise: (v) => v instanceof Promise, isDate: (v) => v instanceof Date, isRegExp: (v) => v instanceof RegExp,
      isNativeError: (v) => v instanceof Error, isMap: (v) => v instanceof Map, isSet: (v) => v instanceof Set,
      isArrayBuffer: (v) => v instanceof ArrayBuffer, isTypedArray: (v) => ArrayBuffer.isView(v) && !(v instanceof DataView),
      isUint8Array: (v) => v instanceof Uint8Array,
    },
    TextEncoder, TextDecoder,
  };

  const escape = (v) => encodeURIComponent(typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string' || typeof v === 'bigint' ? v : '').replace(/[!'()*]/g, (c) => (c === "'" ? '%27' : c));
  const unescape = (s) => { try { return decodeURIComponent(s); } catch (e) { return Buffer.from(s.replace(/%([0-9a-f]{2})/gi, (_, h) => String.fromCharCode(parseInt(h, 16))), 'latin1').toString(); } };
  const querystring = {
    escape, unescape,
    stringify: (o, sep = '&', eq = '=') => (o && typeof o === 'object' ? Object.keys(o).map((k) => (Array.isArray(o[k]) ? o[k].map((v) => escape(k) + eq + escape(v)).join(sep) : escape(k) + eq + escape(o[k]))).filter(Boolean).join(sep) : ''),
    parse: (s, sep = '&', eq = '=', options = {}) => {
      const out = Object.create(null);
      const limit = options.maxKeys === undefined ? 1000 : options.maxKeys;
      if (typeof s !== 'string' || s === '') return out;
      let n = 0;
      for (const part of s.split(sep)) {
        if (limit > 0 && n++ >= limit) break;
        if (part === '') continue;
        const i = part.indexOf(eq);
        const [k, v] = (i < 0 ? [part, ''] : [part.slice(0, i), part.slice(i + eq.length)]).map((t) => unescape(t.replace(/\+/g, ' ')));
        out[k] = k in out ? [].concat(out[k], v) : v;
      }
      return out;
    },
  };
  querystring.encode = querystring.stringify;
  querystring.decode = querystring.parse;

  class AssertionError extends Error {
    constructor(options) {
      super(options.message);
      Object.assign(this, { code: 'ERR_ASSERTION', actual: options.actual, expected: options.expected, operator: options.operator });
      Object.defineProperty(this, 'name', { value: 'AssertionError', configurable: true });
    }
  }
  const check = (ok, message, text, details) => {
    if (ok) return;
    if (message instanceof Error) throw message;
    throw new AssertionError({ message: message === undefined ? text : message, ...details });
  };
  const assert = (v, message) => check(v, message, 'The expression evaluated to a falsy value');
  const compare = (name, test, text) => { assert[name] = (actual, expected, message) => check(test(actual, expected), message, `${text}: ${inspect(actual)} and ${inspect(expected)}`, { actual, expected, operator: name }); };
  compare('equal', (a, b) => a == b, 'Expected values to be loosely equal');
  compare('notEqual', (a, b) => a != b, 'Expected values to be loosely unequal');
  compare('strictEqual', Object.is, 'Expected values to be strictly equal');
  compare('notStrictEqual', (a, b) => !Object.is(a, b), 'Expected values to be strictly unequal');
  compare('deepEqual', equal, 'Expected values to be deeply equal');
  compare('deepStrictEqual', equal, 'Expected values to be deeply equal');
  Object.assign(assert, { ok: assert, AssertionError, strict: assert, fail: (message = 'Failed') => check(false, message) });
  assert.throws = (f, message) => { let threw = false; try { f(); } catch (e) { threw = true; } check(threw, typeof message === 'string' ? message : undefined, 'Missing expected exception.'); };

  const timers = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
  const timersPromises = { setTimeout: sleep, setImmediate: (v) => new Promise((resolve) => setImmediate(resolve, v)), scheduler: { wait: sleep } };
  timers.promises = timersPromises;
  const modules = {
    __proto__: null,
    assert, buffer: bufferModule, console: consoleObject, crypto: cryptoModule, events: EventEmitter, path, 'path/posix': path,
    process, querystring, timers, 'timers/promises': timersPromises, url: urlModule, util,
  };
  return { modules, inspect };
});
