package userpool

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
	"testing"
)

// digests are the algorithms as crypto/rsa knows them.
var digests = map[algorithm]crypto.Hash{rs256: crypto.SHA256, rs384: crypto.SHA384, rs512: crypto.SHA512}

func digestOf(a algorithm, signed []byte) []byte {
	switch a {
	case rs256:
		d := sha256.Sum256(signed)
		return d[:]
	case rs384:
		d := sha512.Sum384(signed)
		return d[:]
	}
	d := sha512.Sum512(signed)
	return d[:]
}

// raise makes a number whose verification gives the encoding em, whatever that is.
func raise(k *rsa.PrivateKey, em []byte) []byte {
	c := new(big.Int).Exp(new(big.Int).SetBytes(em), k.D, k.N)
	return c.FillBytes(make([]byte, k.Size()))
}

// encoding is EMSA-PKCS1-v1_5 with a DigestInfo of the caller's.
func encoding(size int, info []byte) []byte {
	em := bytes.Repeat([]byte{0xff}, size)
	em[0], em[1], em[size-len(info)-1] = 0, 1, 0
	copy(em[size-len(info):], info)
	return em
}

// TestSignature compares with crypto/rsa: good signatures, those of near misses that
// lenient verifiers have taken, and numbers that are no signature at all.
func TestSignature(t *testing.T) {
	signed := []byte("e30.e30")
	other, err := rsa.GenerateKey(rand.Reader, 2056) // its last byte counts, too
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []*rsa.PrivateKey{testKeys()[0], other} {
		public, err := newPublicKey(k.N, uint(k.E))
		if err != nil {
			t.Fatal(err)
		}
		size := k.Size()
		check := func(name string, a algorithm, signature []byte, good bool) {
			t.Helper()
			want := rsa.VerifyPKCS1v15(&k.PublicKey, digests[a], digestOf(a, signed), signature) == nil
			if got := public.verify(a, signed, signature); got != want || got != good {
				t.Errorf("%d bits, %v, %s: got %v, crypto/rsa %v, want %v", k.N.BitLen(), digests[a], name, got, want, good)
			}
		}
		for a := range digests {
			info := a.appendDigestInfo(nil, signed)
			em := encoding(size, info)
			good := raise(k, em)
			check("good", a, good, true)
			for b := range digests {
				if b != a {
					check("of another digest", b, good, false)
				}
			}
			for i := 0; i < size; i += 19 {
				for bit := range 8 {
					wrong := bytes.Clone(good)
					wrong[i] ^= 1 << bit
					check("a bit of the signature", a, wrong, false)
				}
				wrong := bytes.Clone(em)
				wrong[i] ^= 1
				check("a bit of the encoding", a, raise(k, wrong), false)
			}
			with := func(name string, em []byte) { t.Helper(); check(name, a, raise(k, em), false) }
			with("type 2", append([]byte{0, 2}, em[2:]...))
			with("type 0", append([]byte{0, 0}, em[2:]...))
			with("short padding and trailing bytes", append(append([]byte{0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0}, info...), make([]byte, size-11-len(info))...))
			with("no padding, zeros before", append(make([]byte, size-len(info)), info...))
			with("no NULL", encoding(size, append(append([]byte{0x30, info[1] - 2, 0x30, 0x0b}, info[4:15]...), info[17:]...)))
			with("a long length", encoding(size, append([]byte{0x30, 0x81}, info[1:]...)))
			with("the digest alone", encoding(size, digestOf(a, signed)))
			with("something behind the digest", encoding(size, append(bytes.Clone(info), 0)))
			with("half a digest", encoding(size, info[:len(info)-16]))
			check("one byte less", a, good[1:], false)
			check("a zero before", a, append([]byte{0}, good...), false)
			check("nothing", a, nil, false)
			check("zero", a, make([]byte, size), false)
			check("one", a, append(make([]byte, size-1), 1), false)
			check("the modulus", a, k.N.FillBytes(make([]byte, size)), false)
			check("the modulus less one", a, new(big.Int).Sub(k.N, big.NewInt(1)).FillBytes(make([]byte, size)), false)
			check("all ones", a, bytes.Repeat([]byte{0xff}, size), false)
			// The same residue once more, where there is room for it.
			if again := new(big.Int).Add(new(big.Int).SetBytes(good), k.N); again.BitLen() <= 8*size {
				check("the modulus added", a, again.FillBytes(make([]byte, size)), false)
			}
		}
	}
}

// An exponent of 3 makes forgeries easy that only look at a part of the encoding.
func TestSmallExponent(t *testing.T) {
	n := testKeys()[0].N
	public, err := newPublicKey(n, 3)
	if err != nil {
		t.Fatal(err)
	}
	signed := []byte("e30.e30")
	info := rs256.appendDigestInfo(nil, signed)
	size := public.modulus.Size()
	// The cube root of an encoding whose end is free (Bleichenbacher, 2006).
	em := append(append([]byte{0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0}, info...), bytes.Repeat([]byte{0xff}, size-11-len(info))...)
	high, low := new(big.Int).SetBytes(em), new(big.Int)
	for bit := high.BitLen()/3 + 1; bit >= 0; bit-- {
		low.SetBit(low, bit, 1)
		if new(big.Int).Exp(low, big.NewInt(3), nil).Cmp(high) > 0 {
			low.SetBit(low, bit, 0)
		}
	}
	forged := low.FillBytes(make([]byte, size))
	cube := new(big.Int).Exp(low, big.NewInt(3), n).FillBytes(make([]byte, size))
	if !bytes.HasPrefix(cube, em[:11+len(info)]) {
		t.Fatalf("no forgery: %x", cube)
	}
	if public.verify(rs256, signed, forged) {
		t.Error("a forgery counts")
	}
	if rsa.VerifyPKCS1v15(&rsa.PublicKey{N: n, E: 3}, crypto.SHA256, digestOf(rs256, signed), forged) == nil {
		t.Error("a forgery counts for crypto/rsa")
	}
}

func FuzzSignature(f *testing.F) {
	k := testKeys()[0]
	public, err := newPublicKey(k.N, uint(k.E))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("x"), raise(k, encoding(k.Size(), rs256.appendDigestInfo(nil, []byte("x")))))
	f.Add([]byte("x"), make([]byte, 256))
	f.Fuzz(func(t *testing.T, signed, signature []byte) {
		for a, h := range digests {
			want := rsa.VerifyPKCS1v15(&k.PublicKey, h, digestOf(a, signed), signature) == nil
			if got := public.verify(a, signed, signature); got != want {
				t.Fatalf("%v: got %v, want %v", h, got, want)
			}
		}
	})
}
