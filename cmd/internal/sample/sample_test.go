package sample

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// demo are the nodes the demo runs.
var demo = []protocol.NodeID{"changchun", "jilin", "yanbian", provincialNode}

// everyNode runs f for all standard nodes.
func everyNode(t *testing.T, f func(t *testing.T, id protocol.NodeID)) {
	t.Helper()
	for _, plan := range protocol.StandardNodes() {
		t.Run(string(plan.ID), func(t *testing.T) { f(t, plan.ID) })
	}
}

// cites is a view of one registered agency.
type cites map[protocol.Ref]protocol.Record

func (c cites) Cited(ref protocol.Ref) (protocol.Record, bool) { r, ok := c[ref]; return r, ok }
func (c cites) Level() uint16                                  { return 1 }

// act runs the real judge on a draft and returns the record's body.
func act(t *testing.T, id protocol.NodeID, kind protocol.KindName, ref string, act protocol.Act, want any, v protocol.View) []byte {
	t.Helper()
	k := protocol.Lookup(kind)
	h := &protocol.Header{Origin: id, Epoch: 1, Lane: k.Lane, Seq: 1, Ref: protocol.Ref{Kind: kind, ID: ref}, Act: act, Rev: 1, RecEpoch: 1,
		At: protocol.At(EffectiveAt().Time()), AtErr: 1, By: string(id) + ":sample"}
	judged, no, err := k.Complete(nil, h, want, v)
	if no != nil || err != nil {
		t.Fatalf("%s %s %s: %v %v", act, kind, ref, no, err)
	}
	return judged.Body
}

func TestEveryAgencyCanBeRegistered(t *testing.T) {
	codes := map[string]string{}
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		for _, a := range Agencies(id) {
			act(t, protocol.Hub, "agency", a.USCC, "register", a, cites{})
			if w := protocol.WarnOrgCode(a.USCC); w != nil || !strings.HasPrefix(a.USCC[8:], "PDY") {
				t.Errorf("%s is outside the free range: %v", a.USCC, w)
			}
			if other := codes[a.USCC]; other != "" || a.Name == "" {
				t.Errorf("%s has the code of %s", a.Name, other)
			}
			codes[a.USCC] = a.Name
		}
	})
	for _, id := range demo {
		for _, a := range Agencies(id) {
			if a.Parent != "" && !strings.HasPrefix(codes[a.Parent], "吉林省") {
				t.Errorf("%s stands under %q", a.Name, codes[a.Parent])
			}
		}
	}
}

func TestEveryAccountCanBeCreated(t *testing.T) {
	logins := func(t *testing.T, place protocol.NodeID, list []protocol.Account) map[protocol.Role]int {
		roles, seen := map[protocol.Role]int{}, map[string]bool{}
		for _, a := range list {
			act(t, place, "account", protocol.AccountID(place, a.Login), "create", a, cites{})
			if seen[a.Login] || !strings.HasSuffix(strings.TrimRight(a.Name, "一二"), "岗") {
				t.Errorf("account %s named %s", a.Login, a.Name)
			}
			seen[a.Login] = true
			for _, r := range a.Roles {
				roles[r]++
			}
		}
		return roles
	}
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		roles := logins(t, id, Accounts(id))
		for _, r := range protocol.Roles {
			if roles[r.Role] == 0 && r.Role != protocol.RoleDispatcher { // the desk is the province's
				t.Errorf("nobody is %s", r.Title)
			}
		}
	})
	if roles := logins(t, protocol.Hub, HubAccounts()); roles[protocol.RoleOperator] == 0 || roles[protocol.RoleReviewer] < 2 {
		t.Errorf("roles at the hub: %v", roles)
	}
}

func TestAccountsBelongToRegisteredAgencies(t *testing.T) {
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		known := map[string]bool{"": true}
		for _, a := range Agencies(id) {
			known[a.USCC] = true
		}
		for _, a := range Accounts(id) {
			if !known[a.Agency] {
				t.Errorf("%s belongs to %s", a.Login, a.Agency)
			}
		}
	})
}

func TestApplicantsAreManyAndValid(t *testing.T) {
	seen := map[string]bool{}
	now := protocol.At(EffectiveAt().Time())
	for _, a := range append(Applicants(15_000), Companies(300)...) {
		if no := protocol.CheckApplicant(&a, now); no != nil || seen[a.ID] || seen[a.Name] {
			t.Fatalf("%+v: %v", a, no)
		}
		seen[a.ID], seen[a.Name] = true, true
		if a.Type == "person" && a.ID[:6] != "110105" || a.Type == "org" && a.ID[8:11] != "PDY" {
			t.Fatalf("%s is outside the sample range", a.ID)
		}
	}
	if a := Applicants(1)[0]; a.Name != "申请人甲001" || len(Applicants(0)) != 0 || len(Companies(0)) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestUnknownNodesHaveNothing(t *testing.T) {
	for _, id := range []protocol.NodeID{"", "hub", "atlantis"} {
		if len(Agencies(id))+len(Items(id))+len(CatalogEntries(id))+len(Accounts(id)) != 0 {
			t.Errorf("%q has sample data", id)
		}
	}
}

// TestWhatIsReturnedBelongsToTheCaller changes everything that comes back and
// looks whether the next call notices.
func TestWhatIsReturnedBelongsToTheCaller(t *testing.T) {
	before, err := json.Marshal([]any{Items("jilin"), CatalogEntries("jilin")})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Items("jilin") {
		f.Item.Basis[0], f.Guide.Sections[0].Text, f.Guide.Lines[0].Name = "", "", ""
		for _, l := range f.Guide.Lines {
			clear(l.Basis)
		}
	}
	for _, e := range CatalogEntries("jilin") {
		e.Items[0].Name = ""
		clear(e.Share.Basis)
	}
	after, err := json.Marshal([]any{Items("jilin"), CatalogEntries("jilin")})
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Error("a caller changed the tables", err)
	}
}
