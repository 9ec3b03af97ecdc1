package value

// Map is java.util.LinkedHashMap: keys in the order of their first insertion.
// Keys are usually Strings, but a template may write {1: "a"}.
type Map struct {
	entries []Entry
	index   map[string]int // of String keys, made when the map grows past smallMap
}

// Entry is one key and its value.
type Entry struct{ Key, Val Value }

// smallMap is the size up to which a linear search beats a hash.
const smallMap = 8

// NewMap makes an empty map with room for n entries.
func NewMap(n int) *Map { return &Map{entries: make([]Entry, 0, n)} }

// Len is the number of entries.
func (m *Map) Len() int { return len(m.entries) }

// At returns entry i in insertion order, 0 <= i < Len().
func (m *Map) At(i int) Entry { return m.entries[i] }

// Get returns the value of a String key.
func (m *Map) Get(key string) (Value, bool) {
	if i := m.find(key); i >= 0 {
		return m.entries[i].Val, true
	}
	return Value{}, false
}

// Put sets the value of a String key; an existing key keeps its place.
func (m *Map) Put(key string, v Value) {
	if i := m.find(key); i >= 0 {
		m.entries[i].Val = v
		return
	}
	m.entries = append(m.entries, Entry{Of(key), v})
	if m.index != nil {
		m.index[key] = len(m.entries) - 1
	} else if len(m.entries) > smallMap {
		m.index = make(map[string]int, 2*len(m.entries))
		for i, e := range m.entries {
			if s, ok := e.Key.Str(); ok {
				m.index[s] = i
			}
		}
	}
}

func (m *Map) find(key string) int {
	if m.index != nil {
		if i, ok := m.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range m.entries {
		if s, ok := m.entries[i].Key.Str(); ok && s == key {
			return i
		}
	}
	return -1
}
