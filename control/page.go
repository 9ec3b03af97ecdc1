package control

import (
	"encoding/base64"
	"sort"
)

// page is the answer of a list (service model: item and position).
type page[T any] struct {
	Item     []T    `json:"item"`
	Position string `json:"position,omitempty"`
}

// position is where the page that was asked for begins: after what it names.
func (c *call) position() (string, error) {
	token := c.query.Get("position")
	if token == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(text) == 0 {
		return "", badRequest("Invalid position parameter.")
	}
	return string(text), nil
}

// positionAfter is the token of the page after what is named.
func positionAfter(name string) string {
	if name == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(name))
}

// pageOfRecords is the page of records of a kind below parts that was asked for, in
// the order of the keys. show makes the wire's form of each.
func pageOfRecords[T, W any](c *call, t *tx, show func(*T) W, k kind, parts ...string) (page[W], error) {
	after, err := c.position()
	if err != nil {
		return page[W]{}, err
	}
	records, next, err := listPage[T](t, after, c.limit(), k, parts...)
	if err != nil {
		return page[W]{}, err
	}
	out := page[W]{Item: make([]W, len(records)), Position: positionAfter(next)}
	for i, r := range records {
		out.Item[i] = show(r)
	}
	return out, nil
}

// pageOf is the page of a list that was asked for. order is the text that the list
// is sorted by, ascending and different for each entry.
func pageOf[T, W any](c *call, all []T, order func(T) string, show func(T) W) (page[W], error) {
	after, err := c.position()
	if err != nil {
		return page[W]{}, err
	}
	sort.Slice(all, func(i, j int) bool { return order(all[i]) < order(all[j]) })
	from := 0
	if after != "" {
		from = sort.Search(len(all), func(i int) bool { return order(all[i]) > after })
	}
	to := min(from+c.limit(), len(all))
	out := page[W]{Item: make([]W, 0, to-from)}
	for _, v := range all[from:to] {
		out.Item = append(out.Item, show(v))
	}
	if to < len(all) {
		out.Position = positionAfter(order(all[to-1]))
	}
	return out, nil
}

// same is the show function of records that are the wire's form already.
func same[T any](v *T) *T { return v }
