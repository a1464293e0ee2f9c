// Package arch keeps the house rules of the architecture as tests: which way
// imports may point, which package may use which library, and what the pure
// set must not do. It reads the tree with go list and go/types and has no code
// that anything else uses.
package arch
