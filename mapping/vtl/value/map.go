package value

// Map is java.util.LinkedHashMap: keys in the order of their first insertion.
// Keys are usually Strings, but a template may write {1: "a"}.
type Map struct {
	entries []Entry
	index   map[string]int   // of String keys, made when look-ups become many
	others  map[uint64][]int // of all other keys, by hash; made when there are many
	odd     int              // how many keys are no Strings
	lookups uint32           // since the map outgrew smallMap without an index
	changes uint32           // of the set of keys, as modCount
}

// Entry is one key and its value.
type Entry struct{ Key, Val Value }

const (
	smallMap     = 8 // entries up to which a linear search beats a hash
	lookupsToPay = 8 // searches of a larger map that pay for its index
)

// NewMap makes an empty map with room for n entries.
func NewMap(n int) *Map { return &Map{entries: make([]Entry, 0, n)} }

// Len is the number of entries.
func (m *Map) Len() int { return len(m.entries) }

// At returns entry i in insertion order, 0 <= i < Len().
func (m *Map) At(i int) Entry { return m.entries[i] }

// SetAt replaces the value of entry i.
func (m *Map) SetAt(i int, v Value) { m.entries[i].Val = v }

// Changes counts the changes to the set of keys; an iterator that finds it
// changed fails as Java's do.
func (m *Map) Changes() uint32 { return m.changes }

// Get returns the value of a String key.
func (m *Map) Get(key string) (Value, bool) {
	if i := m.find(key); i >= 0 {
		return m.entries[i].Val, true
	}
	return Value{}, false
}

// GetKey returns the value of a key of any type.
func (m *Map) GetKey(key Value) (Value, bool) {
	if i := m.IndexOf(key); i >= 0 {
		return m.entries[i].Val, true
	}
	return Value{}, false
}

// IndexOf returns the place of a key of any type, or -1.
func (m *Map) IndexOf(key Value) int {
	if s, ok := key.Str(); ok {
		return m.find(s)
	}
	return m.findOther(key)
}

// Put sets the value of a String key; an existing key keeps its place.
func (m *Map) Put(key string, v Value) {
	if i := m.find(key); i >= 0 {
		m.entries[i].Val = v
		return
	}
	m.changes++
	m.entries = append(m.entries, Entry{Of(key), v})
	if m.index != nil {
		m.index[key] = len(m.entries) - 1
	} else if len(m.entries) > smallMap {
		m.lookups++
	}
}

// PutKey sets the value of a key of any type.
func (m *Map) PutKey(key, v Value) {
	if s, ok := key.Str(); ok {
		m.Put(s, v)
		return
	}
	if i := m.findOther(key); i >= 0 {
		m.entries[i].Val = v
		return
	}
	m.changes++
	m.entries = append(m.entries, Entry{key, v})
	m.odd++
	if m.others != nil {
		h := keyHash(key)
		m.others[h] = append(m.others[h], len(m.entries)-1)
	}
}

// Remove takes a key of any type out and returns its value.
func (m *Map) Remove(key Value) (Value, bool) {
	i := m.IndexOf(key)
	if i < 0 {
		return Value{}, false
	}
	v := m.entries[i].Val
	m.RemoveAt(i)
	return v, true
}

// RemoveAt takes entry i out.
func (m *Map) RemoveAt(i int) {
	if m.entries[i].Key.Kind() != String {
		m.odd--
	}
	copy(m.entries[i:], m.entries[i+1:])
	m.entries[len(m.entries)-1] = Entry{}
	m.entries = m.entries[:len(m.entries)-1]
	m.index, m.others = nil, nil
	m.lookups = 0
	m.changes++
}

// Clear takes all entries out.
func (m *Map) Clear() {
	*m = Map{entries: m.entries[:0:0], changes: m.changes + 1}
}

func (m *Map) find(key string) int {
	if m.index != nil {
		if i, ok := m.index[key]; ok {
			return i
		}
		return -1
	}
	if len(m.entries) > smallMap {
		if m.lookups++; m.lookups > lookupsToPay {
			m.buildIndex()
			return m.find(key)
		}
	}
	for i := range m.entries {
		if s, ok := m.entries[i].Key.Str(); ok && s == key {
			return i
		}
	}
	return -1
}

// Share readies m for look-ups by many goroutines at once, after its last change:
// a look-up otherwise may count, and in the end build the index.
func (m *Map) Share() *Map {
	if m.index == nil && len(m.entries) > smallMap {
		m.buildIndex()
	}
	return m
}

func (m *Map) buildIndex() {
	m.index = make(map[string]int, 2*len(m.entries))
	for i := range m.entries {
		if s, ok := m.entries[i].Key.Str(); ok {
			m.index[s] = i
		}
	}
}

func (m *Map) findOther(key Value) int {
	switch {
	case m.odd == 0:
		return -1
	case m.odd <= smallMap && len(m.entries) <= 4*smallMap:
		for i := range m.entries {
			if Equal(m.entries[i].Key, key) {
				return i
			}
		}
		return -1
	}
	if m.others == nil {
		m.others = make(map[uint64][]int, 2*m.odd)
		for i := range m.entries {
			if k := m.entries[i].Key; k.Kind() != String {
				h := keyHash(k)
				m.others[h] = append(m.others[h], i)
			}
		}
	}
	for _, i := range m.others[keyHash(key)] {
		if Equal(m.entries[i].Key, key) {
			return i
		}
	}
	return -1
}

func keyHash(key Value) uint64 {
	return uint64(key.Kind())<<32 | uint64(uint32(Hash(key)))
}
