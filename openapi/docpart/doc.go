// Package docpart tells which documentation part speaks for a place of an
// API: its own, or the one that it inherits from a more general place.
//
// What flows in: documentation parts. What flows out: the part for a location.
// Import and export share it, so that what an export fills in by inheritance is
// known again by an import.
//
// It reads no documents and changes no part.
package docpart
