package jsonpath

import (
	"testing"

	"sluice/mapping/vtl/value"
)

func BenchmarkRead(b *testing.B) {
	root, err := value.ParseJSON(`{"store":{"book":[{"category":"reference","author":"Nigel Rees","price":8.95},
		{"category":"fiction","author":"Evelyn Waugh","price":12.99},{"category":"fiction","author":"Herman Melville","isbn":"0-553-21311-3","price":8.99}],
		"bicycle":{"color":"red","price":19.95}},"expensive":10}`)
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{
		"$.store.bicycle.color", "$.store.book[-1].author", "$.store.book[*].author", "$..price",
		"$.store.book[?(@.price < 10)].author", "$.store.book[?(@.category == 'fiction' && @.isbn)]", "$.store.book[?(@.price > $.expensive)]",
		"$.store.book.length()",
	} {
		b.Run(path, func(b *testing.B) {
			p, err := Compile(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Read(root); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("$.store.book[?(@.price < 10)].author"); err != nil {
			b.Fatal(err)
		}
	}
}
