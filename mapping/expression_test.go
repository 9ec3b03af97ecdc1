package mapping

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

type expressionCase struct {
	Place, Source, Body string
	Want                []string
	BadBody, Refused    bool
}

var places = map[string]Place{"request": IntegrationRequest, "response": MethodResponse, "gateway": GatewayResponse}

func TestExpressions(t *testing.T) {
	var cases []expressionCase
	readCases(t, "testdata/expressions.json", &cases)
	for _, c := range cases {
		t.Run(c.Place+" "+c.Source, func(t *testing.T) {
			e, err := CompileExpression(c.Source, places[c.Place])
			var refusal *ExpressionError
			if c.Refused {
				if !errors.As(err, &refusal) || refusal.ServiceText() != "Invalid mapping expression specified: "+c.Source {
					t.Fatalf("got %v, want a refusal", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Eval(nil, fullScope(c.Body))
			var bad *BadBodyError
			if errors.As(err, &bad) != c.BadBody || err != nil && !c.BadBody {
				t.Fatalf("error %v, bad body wanted: %v", err, c.BadBody)
			}
			if !c.BadBody && !slices.Equal(got, c.Want) {
				t.Errorf("got %q, want %q", got, c.Want)
			}
		})
	}
}

// TestExpressionPaysNothing guards the hot path: parameters, static values and
// variables are handed over without allocating.
func TestExpressionPaysNothing(t *testing.T) {
	s := fullScope("")
	s.Arena = make([]byte, 0, 1<<10)
	dst := make([]string, 0, 4)
	for _, source := range []string{
		"'x'", "method.request.header.X-Two", "method.request.querystring.q", "method.request.path.id",
		"method.request.multivaluequerystring.q", "method.request.multivalueheader.X-Two", "stageVariables.env",
	} {
		e, err := CompileExpression(source, IntegrationRequest)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() {
			s.Arena = s.Arena[:0]
			dst, _ = e.Eval(dst[:0], s)
		}); n != 0 {
			t.Errorf("%s allocates %v times", source, n)
		}
	}
}

func FuzzExpression(f *testing.F) {
	var cases []expressionCase
	readCases(f, "testdata/expressions.json", &cases)
	for _, c := range cases {
		f.Add(c.Source, c.Body, byte(places[c.Place]))
	}
	f.Fuzz(func(t *testing.T, source, body string, place byte) {
		e, err := CompileExpression(source, Place(place%3))
		if err != nil {
			if !strings.Contains(err.Error(), source) {
				t.Fatalf("%v does not name %q", err, source)
			}
			return
		}
		if _, err := e.Eval(nil, fullScope(body)); err != nil {
			var bad *BadBodyError
			if !errors.As(err, &bad) {
				t.Fatalf("Eval gave %T", err)
			}
		}
	})
}

func BenchmarkExpression(b *testing.B) {
	s := fullScope(`{"a":{"b":"c"}}`)
	for _, source := range []string{"'x'", "method.request.header.X-Two", "context.requestId", "method.request.body.a.b"} {
		e, err := CompileExpression(source, IntegrationRequest)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(source, func(b *testing.B) {
			b.ReportAllocs()
			var room [4]string
			for b.Loop() {
				s.Arena = s.Arena[:0]
				if _, err := e.Eval(room[:0], s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
