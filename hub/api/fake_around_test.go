package api_test

import (
	"context"
	"encoding/json"
	"testing"

	"xiangyun/protocol"
)

func (p *province) MarkObjection(_ context.Context, who *protocol.Account, id string) (protocol.Record, error) {
	return p.done("objection", "%s marks %s", who.Login, id)
}

func (p *province) DecideObjection(_ context.Context, who *protocol.Account, id string, corrected bool, reason string) (protocol.Record, error) {
	return p.done("objection", "%s decides %s: %t %s", who.Login, id, corrected, reason)
}

func (p *province) TransferObjection(_ context.Context, who *protocol.Account, id, agency string) (protocol.Record, error) {
	return p.done("objection", "%s transfers %s to %s", who.Login, id, agency)
}

func (p *province) TellObjection(_ context.Context, who *protocol.Account, id string, told protocol.Telling) (protocol.Record, error) {
	return p.done("objection", "%s tells %s by %s: %s", who.Login, id, told.Way, told.Text)
}

func (p *province) LiftMark(_ context.Context, who *protocol.Account, id, note string) (protocol.Record, error) {
	return p.done("mark", "%s lifts %s: %s", who.Login, id, note)
}

func (p *province) NotDuplicate(_ context.Context, who *protocol.Account, id string, _ uint64, reason string) (protocol.Record, error) {
	return p.done("dupmark", "%s says that %s are two: %s", who.Login, id, reason)
}

func TestTheListOfObjectionsNamesNobody(t *testing.T) { // art. 45
	p := newProvince(t)
	var got struct {
		Items []struct{ Body protocol.Objection }
	}
	p.client(t).Do("GET", "/api/v1/objections", nil).Into(&got)
	var stored protocol.Objection
	if err := json.Unmarshal(p.records[protocol.Ref{Kind: "objection", ID: "1"}].Body, &stored); err != nil || stored.Person.Name == "" {
		t.Fatalf("the sample names nobody: %v", err)
	}
	if len(got.Items) != 1 || got.Items[0].Body.Person.Name != "" || got.Items[0].Body.Text == "" {
		t.Errorf("list %+v", got.Items)
	}
}
