// Command sluice runs Amazon API Gateway REST APIs from their definitions.
//
// What flows in: flags, SLUICE_ environment variables and files. What flows out:
// a gateway that serves them, or what a person wants to know about them. Each
// command has its own file; this room wires the others and holds none of their
// logic.
package main
