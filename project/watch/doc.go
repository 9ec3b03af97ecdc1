// Package watch tells when any of a set of files has got another content.
//
// What flows in: the paths of files. What flows out: a signal after an edit has
// settled. It watches the directories of the files, because editors and
// deployment tools replace files by renaming others over them, and it compares
// contents, because a file may be touched without being changed.
//
// It never reads a file for anything but its checksum.
package watch
