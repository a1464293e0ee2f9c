// Package api is the JSON API of a node: what a window system, a department's
// own software or a script does here, over /api/v1. It is a table of endpoints
// on protocol/rest; every handler hands what it was sent to the desk and what
// the desk says back. It decides nothing, and it never waits for the hub.
//
// Personal data leaves it only where the right to cases is asked for: generic
// reads and lists give none.
package api
