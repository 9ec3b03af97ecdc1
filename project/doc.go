// Package project finds out what to serve: it reads the files a user names and
// turns them into deployments.
//
// What flows in: paths of OpenAPI 3.0 or Swagger 2.0 documents, of snapshots
// written by "sluice export" and of project files (sluice.yaml), together with
// what the command line says about stages. What flows out: a Project, the list
// of deployments that the runtime compiles, the files they came from (so that
// they can be watched), and every problem found, with its place.
//
// It never compiles or serves anything, never writes a file, and keeps nothing
// between two calls of Load: loading again after an edit is the same as loading
// for the first time.
package project
