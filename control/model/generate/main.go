// Command generate makes model.json, the compact service model, from botocore's
// service-2.json. See the documentation of package model.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	in := flag.String("in", "", "botocore's service-2.json")
	out := flag.String("out", "", "where to write; standard output when empty")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	raw, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	compact, err := generate(raw)
	if err != nil {
		return err
	}
	if out == "" {
		_, err = os.Stdout.Write(compact)
		return err
	}
	return os.WriteFile(out, compact, 0o644)
}

// service is as much of service-2.json as a compact model needs. Traits that
// only document or deprecate are named too: an unnamed one is an error.
type service struct {
	Version    json.RawMessage    `json:"version"`
	Metadata   metadata           `json:"metadata"`
	Operations ordered[operation] `json:"operations"`
	Shapes     ordered[shape]     `json:"shapes"`
	Doc        string             `json:"documentation"`
}

type metadata map[string]any

type operation struct {
	Name string `json:"name"`
	HTTP struct {
		Method string `json:"method"`
		URI    string `json:"requestUri"`
		Status int    `json:"responseCode"`
	} `json:"http"`
	Input  *reference  `json:"input"`
	Output *reference  `json:"output"`
	Errors []reference `json:"errors"`
	Doc    string      `json:"documentation"`
}

type reference struct {
	Shape        string `json:"shape"`
	Location     string `json:"location"`
	LocationName string `json:"locationName"`
	Doc          string `json:"documentation"`
}

type shape struct {
	Type      string             `json:"type"`
	Members   ordered[reference] `json:"members"`
	Required  []string           `json:"required"`
	Member    *reference         `json:"member"`
	Key       *reference         `json:"key"`
	Value     *reference         `json:"value"`
	Enum      []string           `json:"enum"`
	Pattern   string             `json:"pattern"`
	Payload   string             `json:"payload"`
	Exception bool               `json:"exception"`
	Error     any                `json:"error"`
	Fault     bool               `json:"fault"`
	Doc       string             `json:"documentation"`
}

// ordered is a JSON object that remembers the order of its members, which is the
// order in which the service reports their faults.
type ordered[T any] []named[T]

type named[T any] struct {
	Name  string
	Value T
}

func (o *ordered[T]) UnmarshalJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(errors.New("not an object"), err)
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		n := named[T]{Name: name}
		strict := json.NewDecoder(bytes.NewReader(value))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&n.Value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*o = append(*o, n)
	}
	return nil
}

// The compact forms, in the order in which they are written.
type (
	compactOperation struct {
		Name   string   `json:"name"`
		Method string   `json:"method"`
		URI    string   `json:"uri"`
		Status int      `json:"status"`
		Input  string   `json:"input,omitempty"`
		Output string   `json:"output,omitempty"`
		Errors []string `json:"errors,omitempty"`
	}
	compactMember struct {
		Name     string `json:"name"`
		Shape    string `json:"shape"`
		In       string `json:"in,omitempty"`
		Wire     string `json:"wire,omitempty"`
		Required bool   `json:"required,omitempty"`
	}
	compactShape struct {
		Type    string   `json:"type"`
		Payload string   `json:"payload,omitempty"`
		Element string   `json:"element,omitempty"`
		Key     string   `json:"key,omitempty"`
		Enum    []string `json:"enum,omitempty"`
		Pattern string   `json:"pattern,omitempty"`
	}
)

func generate(raw []byte) ([]byte, error) {
	var s service
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("{\n\"origin\": \"made from botocore's apigateway/2015-07-09/service-2.json, Apache License 2.0\",\n\"operations\": [\n")
	for i, o := range s.Operations {
		c := compactOperation{
			Name: o.Value.Name, Method: o.Value.HTTP.Method, URI: o.Value.HTTP.URI,
			Status: o.Value.HTTP.Status,
		}
		if c.Status == 0 {
			c.Status = 200
		}
		if o.Value.Input != nil {
			c.Input = o.Value.Input.Shape
		}
		if o.Value.Output != nil {
			c.Output = o.Value.Output.Shape
		}
		for _, e := range o.Value.Errors {
			c.Errors = append(c.Errors, e.Shape)
		}
		line(&b, c, i+1 < len(s.Operations))
	}
	b.WriteString("],\n\"shapes\": {\n")
	for i, sh := range s.Shapes {
		v := sh.Value
		c := compactShape{Type: v.Type, Payload: v.Payload, Enum: printed(v.Enum), Pattern: v.Pattern}
		if v.Member != nil {
			c.Element = v.Member.Shape
		}
		if v.Key != nil && v.Value != nil {
			c.Key, c.Element = v.Key.Shape, v.Value.Shape
		}
		head := encode(c)
		fmt.Fprintf(&b, "%s: ", encode(sh.Name))
		if len(v.Members) == 0 {
			b.Write(head)
		} else {
			b.Write(head[:len(head)-1])
			b.WriteString(", \"members\": [\n")
			for j, m := range v.Members {
				cm := compactMember{Name: m.Name, Shape: m.Value.Shape, In: m.Value.Location}
				if m.Value.LocationName != m.Name {
					cm.Wire = m.Value.LocationName
				}
				cm.Required = slices.Contains(v.Required, m.Name)
				b.WriteString("  ")
				line(&b, cm, j+1 < len(v.Members))
			}
			b.WriteString("]}")
		}
		if i+1 < len(s.Shapes) {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n}\n")
	if !json.Valid(b.Bytes()) {
		return nil, errors.New("the compact model is not JSON")
	}
	return b.Bytes(), nil
}

func line(b *bytes.Buffer, v any, more bool) {
	b.Write(encode(v))
	if more {
		b.WriteByte(',')
	}
	b.WriteByte('\n')
}

func encode(v any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings, bools and slices of them always encode
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

// printed brings an enum into the order in which the service prints it: that of
// a hash table with 32 buckets, chosen by the low bits of Java's
// String.hashCode, whose buckets hold the newest entry first. All the sets
// recorded from the service are in this order, collisions included (the
// documentation part types collide three times); for the others it is inferred.
func printed(enum []string) []string {
	out := slices.Clone(enum)
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b string) int { return int(javaHash(a)&31) - int(javaHash(b)&31) })
	return out
}

func javaHash(s string) uint32 {
	var h uint32
	for i := range len(s) { // enum values are ASCII, where bytes are UTF-16 units
		h = 31*h + uint32(s[i])
	}
	return h
}
