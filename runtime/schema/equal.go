package schema

import (
	"encoding/binary"
	"hash/maphash"
)

// equal tells whether two values are the same to JSON Schema: numbers by value,
// objects without regard to order.
func equal(a *document, i uint32, b *document, j uint32) bool {
	m, n := &a.nodes[i], &b.nodes[j]
	switch m.kind {
	case kindInteger, kindNumber:
		if n.kind != kindInteger && n.kind != kindNumber {
			return false
		}
		s, t := a.text(i), b.text(j)
		return s == t || parseDecimal(s).compare(parseDecimal(t)) == 0
	case kindString, kindBoolean, kindNull:
		return m.kind == n.kind && a.text(i) == b.text(j)
	}
	if m.kind != n.kind || m.count != n.count {
		return false
	}
	kids, others := a.children(i), b.children(j)
	for k := range kids {
		if m.kind == kindObject && a.name(kids[k]) != b.name(others[k]) {
			return false
		}
		if !equal(a, kids[k], b, others[k]) {
			return false
		}
	}
	return true
}

// hash writes something that is the same for equal values.
func (d *document) hash(h *maphash.Hash, i uint32) {
	n := &d.nodes[i]
	switch n.kind {
	case kindInteger, kindNumber:
		v := parseDecimal(d.text(i))
		h.WriteByte(byte(kindNumber))
		h.WriteString(v.digits)
		var exp [9]byte
		binary.LittleEndian.PutUint64(exp[:], uint64(v.exp))
		if v.negative {
			exp[8] = 1
		}
		h.Write(exp[:])
	case kindArray, kindObject:
		h.WriteByte(byte(n.kind))
		for _, kid := range d.children(i) {
			h.WriteString(d.name(kid))
			h.WriteByte(0)
			d.hash(h, kid)
		}
	default:
		h.WriteByte(byte(n.kind))
		h.WriteString(d.text(i))
	}
	h.WriteByte(0xff)
}

// unique tells whether no two children of array i are equal.
func (d *document) unique(i uint32) bool {
	kids := d.children(i)
	if len(kids) < 2 {
		return true
	}
	if len(kids) <= 4 {
		for x := range kids {
			for y := range x {
				if equal(d, kids[x], d, kids[y]) {
					return false
				}
			}
		}
		return true
	}
	var h maphash.Hash
	seen := make(map[uint64]uint32, len(kids))
	var collisions map[uint64][]uint32
	for _, kid := range kids {
		h.Reset()
		d.hash(&h, kid)
		sum := h.Sum64()
		other, ok := seen[sum]
		if !ok {
			seen[sum] = kid
			continue
		}
		if equal(d, kid, d, other) {
			return false
		}
		for _, other := range collisions[sum] {
			if equal(d, kid, d, other) {
				return false
			}
		}
		if collisions == nil {
			collisions = map[uint64][]uint32{}
		}
		collisions[sum] = append(collisions[sum], kid)
	}
	return true
}
