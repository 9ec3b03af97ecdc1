package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// BundleFormat is the version of the snapshot file format that this package writes.
const BundleFormat = "sluice.snapshot/1"

// Bundle is a snapshot file: one deployment with the stage that serves it, and
// the canary's deployment when the stage has one.
type Bundle struct {
	Format   string    `json:"format"`
	Stage    Stage     `json:"stage"`
	Snapshot *Snapshot `json:"snapshot"`
	Canary   *Snapshot `json:"canary,omitempty"`
}

// DecodeBundle reads a snapshot file. Members that this version does not know
// are refused, so that nothing is silently lost.
func DecodeBundle(b []byte) (*Bundle, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var out Bundle
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("read snapshot: something follows the JSON object")
	}
	if out.Format != BundleFormat {
		return nil, fmt.Errorf("read snapshot: format is %q, this version reads %q", out.Format, BundleFormat)
	}
	if out.Snapshot == nil {
		return nil, errors.New("read snapshot: it holds no snapshot")
	}
	return &out, nil
}

// Encode writes the snapshot file, indented, with sorted map keys.
func (b *Bundle) Encode() ([]byte, error) {
	b.Format = BundleFormat
	out, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write snapshot: %w", err)
	}
	return append(out, '\n'), nil
}
