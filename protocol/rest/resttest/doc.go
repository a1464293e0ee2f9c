// Package resttest is what tests of an API share: a client that holds every
// answer against the OpenAPI document, a check of the document itself, and a
// check of who may call what. Only tests import it.
package resttest
