// Package api is the JSON API of a hub server: the office of provincial admins,
// the lists they work from, and the cluster. Every endpoint is one line in a
// table of package rest; rights are checked there and again by the office.
package api
