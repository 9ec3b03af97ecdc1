package userpool

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"

	"filippo.io/bigmod"
)

// algorithm is a way to sign that counts (RFC 7518, section 3.3): RSASSA-PKCS1-v1_5
// with a digest.
type algorithm uint8

const (
	noAlgorithm algorithm = iota
	rs256
	rs384
	rs512
)

// algorithmOf is the algorithm of a name. Whatever else a token names, none and the
// symmetric ones above all, is refused before any key is looked at.
func algorithmOf(name string) algorithm {
	switch name {
	case "RS256":
		return rs256
	case "RS384":
		return rs384
	case "RS512":
		return rs512
	}
	return noAlgorithm
}

// appendDigestInfo appends the DER of DigestInfo for what was signed (RFC 8017,
// section 9.2, note 1).
func (a algorithm) appendDigestInfo(dst, signed []byte) []byte {
	switch a {
	case rs256:
		sum := sha256.Sum256(signed)
		dst = append(dst, "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"...)
		return append(dst, sum[:]...)
	case rs384:
		sum := sha512.Sum384(signed)
		dst = append(dst, "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"...)
		return append(dst, sum[:]...)
	}
	sum := sha512.Sum512(signed)
	dst = append(dst, "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"...)
	return append(dst, sum[:]...)
}

// maxDigestInfo is room for the longest DigestInfo.
const maxDigestInfo = 19 + sha512.Size

// publicKey is an RSA key with what its modulus needs for arithmetic: crypto/rsa
// makes that anew for each signature, which is a quarter of the check. The
// arithmetic is the standard library's own, under a name that others can import.
type publicKey struct {
	modulus  *bigmod.Modulus
	exponent uint
}

func newPublicKey(n *big.Int, e uint) (publicKey, error) {
	m, err := bigmod.NewModulus(n.Bytes())
	return publicKey{modulus: m, exponent: e}, err
}

// verify checks a signature (RFC 8017, section 8.2.2): raised to the exponent it must
// be, byte for byte, the one encoding that the digest has. Nothing is parsed, so
// that there is nothing to be lenient about. All of it is public: the time it takes
// may tell anything.
func (k *publicKey) verify(a algorithm, signed, signature []byte) bool {
	size := k.modulus.Size()
	if len(signature) != size {
		return false
	}
	s, err := bigmod.NewNat().SetBytes(signature, k.modulus)
	if err != nil { // not below the modulus
		return false
	}
	got := bigmod.NewNat().ExpShortVarTime(s, k.exponent, k.modulus).Bytes(k.modulus)
	var room [maxDigestInfo]byte
	info := a.appendDigestInfo(room[:0], signed)
	// 0x00 0x01 0xff ... 0xff 0x00 DigestInfo (section 9.2), eight 0xff at least: a
	// modulus of minModulus bits has room for more.
	padding := size - len(info)
	ones := byte(0xff)
	for _, c := range got[2 : padding-1] {
		ones &= c
	}
	if got[0] != 0 || got[1] != 1 || ones != 0xff || got[padding-1] != 0 {
		return false
	}
	return bytes.Equal(got[padding:], info)
}
