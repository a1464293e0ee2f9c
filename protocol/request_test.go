package protocol

import "testing"

func TestRefusalsOfARequest(t *testing.T) {
	check(t, []row{
		{"cases.G-11 a request is filed once", "request file", stands(aFiling(t)), "G-11"},
		{"cases.G-09 a request names its target", "request file", want(func(r *Request) { r.On = Ref{} }), "G-09"},
		{"cases.G-09 a request for something unknown", "request file", want(func(r *Request) { r.Want = "money" }), "G-09"},
		{"cases.G-09 a request has a title", "request file", want(func(r *Request) { r.Title = "" }), "G-09"},
		{"cases.G-09 a request has an idempotency key", "request file", want(func(r *Request) { r.Key = "" }), "G-09"},
		{"cases.G-07 what was not filed is not answered", "request answer", isNew, "G-07"},
		{"cases.G-07 what was not filed is not declined", "request decline", isNew, "G-07"},
		{"replication.A13 a request is answered once", "request answer", before(func(r *Request) { r.State = RequestDone }), "A13"},
		{"replication.A13 a declined request is not answered", "request answer", before(func(r *Request) { r.State = RequestDeclined }), "A13"},
		{"cases.G-10 a no has a reason", "request decline", want(func(r *Request) { r.Reason = "" }), "G-10"},
	})
}
