// Package rest is a small kit for JSON APIs over HTTP. An endpoint is a typed
// function and one line in a table; routes, checks and the OpenAPI 3.1 document
// are all made from that line, so that they cannot differ.
//
//	api := rest.New(rest.Config{Title: "节点接口", Place: "yanbian", Sessions: sessions, …})
//	rest.Handle(api, rest.Route{Method: "POST", Path: "/api/v1/cases/{id}/accept", Op: "acceptCase",
//		Tag: "cases", Summary: "受理", Verb: protocol.MayAccept},
//		func(ctx context.Context, who *protocol.Account, in acceptIn) (rest.Record[protocol.Case], error) { … })
//	http.ListenAndServe(addr, api)
//
// The input is a struct whose fields say where they come from:
//
//	type acceptIn struct {
//		ID   string   `path:"id"`
//		Seen rest.Rev `header:"If-Match"`
//		Note string   `query:"note" doc:"…" max:"200"`
//		Body accepted `body:"json"` // or an io.Reader with body:"stream"
//	}
//
// The order of a request is fixed: who asks, may they (the verb of the route,
// deny by default), only then is what they sent read. Whatever fails comes out
// as application/problem+json made from a protocol.Fault.
//
// It is not a framework: no middleware chain, no content negotiation, no
// versions but the one in the path. It knows accounts and faults, and no kind
// of record.
//
// Compatibility: paths, operation ids, members of answers and the type URNs of
// problems are never reused. Answers may gain members; clients ignore what they
// do not know. Inputs refuse unknown members.
package rest
