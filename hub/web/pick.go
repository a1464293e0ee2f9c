package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// agencyList suggests agencies in service: their code, then their name. One that
// is not suggested is typed by its code.
func agencyList(v *console.Visit) (list []string, err error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "agency", State: protocol.AgencyActive, Limit: 200})
	for _, h := range found.Hits {
		list = append(list, h.Ref.ID+" "+h.Title)
	}
	return list, err
}

// codeOf reads the code in front of a suggestion.
func codeOf(form url.Values, field string) string {
	code, _, _ := strings.Cut(strings.TrimSpace(form.Get(field)), " ")
	return protocol.NormalizeCode(code)
}

// nodeOf is where an agency's people work; an agency that is not registered is
// refused here, where the person can put it right.
func nodeOf(v *console.Visit, uscc string) (protocol.NodeID, error) {
	a, err := console.Find[protocol.Agency](v.Records(), protocol.Ref{Kind: "agency", ID: uscc})
	if err != nil {
		return "", err
	}
	if a == nil {
		return "", &protocol.Fault{Code: protocol.Refused, Op: "look up agency", Rule: "C-04b", Text: v.T("pick.no-agency", uscc)}
	}
	return a.Node, nil
}
