package userpool

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// remembered counts the tokens in a memory, and adds up what they take.
func (m *memory) remembered() (n int, bytes int64) {
	table := m.table()
	bytes = int64(len(table)) * bucketSize
	for i := range table {
		for j := range table[i].slots {
			if c := table[i].slots[j].Load(); c != nil {
				n++
				bytes += c.size()
			}
		}
	}
	return n, bytes
}

// check compares the count of bytes with what is there, and both with the limit.
func (m *memory) check(t *testing.T) int {
	t.Helper()
	n, bytes := m.remembered()
	if counted := m.bytes.Load(); counted != bytes || bytes > m.limit {
		t.Fatalf("%d bytes in use and %d counted, of %d", bytes, counted, m.limit)
	}
	return n
}

var lasting = strings.Replace(goodClaims, "1790075700", "1890075700", 1)

func numbered(claims string, i int) string {
	return strings.Replace(claims, `"sub":"u1"`, fmt.Sprintf(`"sub":"u%d"`, i), 1)
}

// The bound on memory holds at every moment: with room for nothing, nothing is kept.
func TestMemoryBound(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	tokens := make([]string, 64)
	for i := range tokens {
		tokens[i] = mint(keys[0], goodHeader, numbered(lasting, i))
	}
	one, err := parseToken(tokens[0])
	if err != nil {
		t.Fatal(err)
	}
	size := one.size()
	for _, c := range []struct {
		limit uint64
		most  int
		least int
	}{
		{0, 0, 0},
		{1, 0, 0},
		{uint64(bucketSize), 0, 0},
		{uint64(size), 0, 0},
		{uint64(bucketSize + size - 1), 0, 0},
		{uint64(bucketSize + size + 16), 1, 1},
		{uint64(bucketSize + 5*size), 5, 4},
		{64 << 10, int((64 << 10) / size), 16},
		{1 << 20, 64, 60},
		{1 << 63, 64, 64},
	} {
		v := NewVerifier(Options{Sources: map[string]string{testPool.ID: s.URL}}, c.limit)
		if c.limit == 1<<63 {
			v.memory.limit = 16 << 20 // the table of so much would be large
		}
		pools := []*KeySet{v.KeySet(testPool)}
		for range 3 {
			for _, token := range tokens {
				claims, err := v.Verify(context.Background(), token, pools, testNow)
				if err != nil || claims.Issuer != one.Issuer {
					t.Fatal(err)
				}
				if n := v.memory.check(t); n > c.most {
					t.Fatalf("%d tokens in %d bytes", n, c.limit)
				}
			}
		}
		if n := v.memory.check(t); n < c.least {
			t.Errorf("%d tokens in %d bytes, want %d", n, c.limit, c.least)
		}
		v.Close()
	}
}

func parseToken(s string) (*Claims, error) {
	t := new(token)
	err := t.parse(s)
	return t.claims, err
}

// What is remembered is the same claims again, until they expire: then they are gone,
// asked for or not.
func TestMemoryExpiry(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}, MaxAge: 1000 * time.Hour})
	v.memory = newMemory(16 << 10)
	pools := []*KeySet{v.KeySet(testPool)}
	first := mint(keys[0], goodHeader, goodClaims)
	a, err := v.Verify(context.Background(), first, pools, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := v.Verify(context.Background(), first, pools, testNow.Add(59*time.Minute)); err != nil || a != b {
		t.Errorf("not remembered: %v", err)
	}
	if _, err := v.Verify(context.Background(), first, pools, testNow.Add(time.Hour)); !errors.Is(err, ErrExpired) {
		t.Error(err)
	}
	if n := v.memory.check(t); n != 0 {
		t.Errorf("%d tokens after the only one has expired", n)
	}
	// Two that nobody asks for again leave when others come.
	for i := range 2 {
		if _, err := v.Verify(context.Background(), mint(keys[0], goodHeader, numbered(goodClaims, i)), pools, testNow); err != nil {
			t.Fatal(err)
		}
	}
	later := mint(keys[0], goodHeader, lasting)
	for range len(v.memory.table()) * ways {
		if c, err := v.Verify(context.Background(), later, pools, testNow.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		} else {
			v.memory.drop(v.memory.hash(later), c)
		}
	}
	if n := v.memory.check(t); n != 0 {
		t.Errorf("%d tokens stay after they have expired", n)
	}
}

// A token goes with its key, and does not come back with another of the same id.
func TestMemoryKeyRemoved(t *testing.T) {
	keys := testKeys()
	both := jwks(jwk("k1", &keys[0].PublicKey, ""), jwk("k2", &keys[1].PublicKey, ""))
	s := newKeyServer(t, both)
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}, MaxAge: time.Hour})
	set := v.KeySet(testPool)
	pools := []*KeySet{set}
	token, other := mint(keys[0], goodHeader, lasting), mint(keys[1], `{"kid":"k2","alg":"RS256"}`, lasting)
	verify := func(token string, after time.Duration) (*Claims, error) {
		c, err := v.Verify(context.Background(), token, pools, testNow.Add(after))
		wait(set)
		return c, err
	}
	kept, err := verify(token, 0)
	if err != nil {
		t.Fatal(err)
	}
	kept2, err := verify(other, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{
		jwks(jwk("k2", &keys[1].PublicKey, "")),                                                  // gone
		jwks(jwk("k1", &keys[2].PublicKey, ""), jwk("k2", &keys[1].PublicKey, "")),               // another
		jwks(jwk("k1", &keys[0].PublicKey, `,"alg":"RS512"`), jwk("k2", &keys[1].PublicKey, "")), // for something else
	} {
		s.text.Store(&text)
		after := time.Duration(i+1) * 10 * time.Hour
		if _, err := verify(other, after); err != nil { // finds the set old
			t.Fatal(err)
		}
		if !kept.key.gone.Load() {
			t.Errorf("set %d: the key is not gone", i)
		}
		if _, err := verify(token, after); !errors.Is(err, ErrInvalid) {
			t.Errorf("set %d: a token outlives its key: %v", i, err)
		}
		if c, err := verify(other, after); err != nil || c != kept2 {
			t.Errorf("set %d: the token of a key that stays is forgotten: %v", i, err)
		}
		if n := v.memory.check(t); n != 1 {
			t.Errorf("set %d: %d tokens", i, n)
		}
	}
	s.text.Store(&both)
	if _, err := verify(other, 100*time.Hour); err != nil {
		t.Fatal(err)
	}
	if c, err := verify(token, 100*time.Hour); err != nil || c == kept {
		t.Errorf("the key is back, and the token counts as before: %v", err)
	}
}

// Texts of claims are kept as far as room was set aside for them.
func TestPairsRoom(t *testing.T) {
	for _, c := range []struct {
		claims string
		kept   bool
	}{
		{goodClaims, true},
		{`{}`, true},
		{`{"exp":1,"iat":1,"nbf":1}`, true},
		{`{"a":[` + strings.Repeat("9e6,", 999) + `9e6]}`, false},
	} {
		claims, err := parseClaims(c.claims)
		if err != nil {
			t.Fatal(err)
		}
		a, b := claims.Pairs(), claims.Pairs()
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%.40s: got %q, then %q", c.claims, a, b)
		}
		if got := claims.pairs.Load() != nil; got != c.kept {
			t.Errorf("%.40s: kept: %v", c.claims, got)
		}
	}
}

// The count of bytes is right when many come and go at once.
func TestMemoryConcurrent(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := NewVerifier(Options{Sources: map[string]string{testPool.ID: s.URL}}, 32<<10)
	defer v.Close()
	pools := []*KeySet{v.KeySet(testPool)}
	tokens := make([]string, 40)
	for i := range tokens {
		tokens[i] = mint(keys[0], goodHeader, numbered(lasting, i))
	}
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 200 {
				token := tokens[(i*(g+1)+g)%len(tokens)]
				c, err := v.Verify(context.Background(), token, pools, testNow)
				if err != nil || c.token != token || len(c.Pairs()) == 0 {
					t.Errorf("%v", err)
				}
				if used := v.memory.bytes.Load(); used > v.memory.limit {
					t.Errorf("%d bytes of %d", used, v.memory.limit)
				}
				if i%16 == 0 {
					v.memory.drop(v.memory.hash(token), c)
				}
			}
		})
	}
	group.Wait()
	v.memory.check(t)
}
