package value

import "hash/maphash"

// keySeed makes the hash of object keys unpredictable, so that a hostile
// document cannot choose keys that collide.
var keySeed = maphash.MakeSeed()

func keyHashString(s string) uint64 { return maphash.String(keySeed, s) }
