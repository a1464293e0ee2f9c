// Package desk holds the use-cases of a node: what a clerk at a window, a
// reviewer in a department and an editor of the catalogue do, each as one
// method that is one transaction of the store.
//
// It decides nothing a judge decides: it gathers what an act cites, hands the
// draft to the store, and says in one place who may ask for it
// (protocol.Authorize). Pages and API call it and nothing below it.
package desk
