package hub

import (
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestTheBasicCatalogueIsLoadedRowByRow(t *testing.T) { // cases.I-02
	t.Parallel()
	c := newCenter(t)
	good := func(code, name string) protocol.Basic {
		return protocol.Basic{Code: code, Name: name, Type: "05", Basis: []string{"《社会救助暂行办法》"}}
	}
	rows := []protocol.Basic{good("442199806004", "样例事项"), good("12", "短代码"), good("442199806005", ""), good("442199806004", "重复")}
	_, err := c.LoadBasics(c.ctx(), auditor, rows)
	c.want(protocol.Denied, err)
	got, err := c.LoadBasics(c.ctx(), admin, rows)
	c.must(err)
	var said []string
	for _, r := range got {
		said = append(said, r.Outcome+r.Rule)
	}
	if strings.Join(said, " ") != "new refusedI-01 refusedI-02 refusedI-01" || got[1].Row != 2 || got[1].Text == "" || c.count("basic") != 1 {
		t.Errorf("%v, %d in the catalogue", got, c.count("basic"))
	}
	rows = []protocol.Basic{good("442199806004", "样例事项"), good("442199806006", "另一事项")}
	if got, err = c.LoadBasics(c.ctx(), admin, rows); err != nil || got[0].Outcome != protocol.BasicSame || got[1].Outcome != protocol.BasicNew {
		t.Errorf("%v %v", got, err)
	}
	rows[0].Name = "更名事项"
	if got, err = c.LoadBasics(c.ctx(), admin, rows); err != nil || got[0].Outcome != protocol.BasicChanged {
		t.Errorf("%v %v", got, err)
	}
	_, err = c.LoadBasics(c.ctx(), admin, make([]protocol.Basic, protocol.MaxBasics+1))
	c.want(protocol.TooBig, err)

	// What an agency files under another name is refused; so is what the
	// catalogue of data has already (I-05).
	p := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	p.pull()
	_, err = c.Publish(c.ctx(), admin, p.file(agency, 1))
	if f, ok := err.(*protocol.Fault); !ok || f.Rule != "I-02" {
		t.Errorf("published under another name: %v", err)
	}
	_, err = c.RetireBasic(c.ctx(), admin, "442199806004", "事项取消")
	c.must(err)
}

func TestAGuideMustNotAskForWhatTheCatalogueHolds(t *testing.T) { // cases.I-05
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	p.submit("s1", agency, 1, 7)
	_, err := c.Approve(c.ctx(), admin, "s1", nil)
	c.must(err)
	_, err = c.Release(c.ctx(), admin, "")
	c.must(err)
	p.pull()
	asks := func(n int, share *protocol.LineShare) error {
		ref := p.fileGuide(agency, n, protocol.MaterialLine{ID: "m1", Name: "样例资源7", Form: "copy", Necessity: "required", Source: "issued", Share: share})
		_, err := c.Publish(c.ctx(), admin, ref)
		return err
	}
	c.eventually("the resource is found", func() bool {
		refs, err := c.search.ByKey(c.ctx(), "catalog.listing", entry(agency, 7, 1).Code)
		return err == nil && len(refs) == 1
	})
	if f, ok := asks(1, nil).(*protocol.Fault); !ok || f.Rule != "I-05" || !strings.Contains(f.Text, "样例资源7") {
		t.Errorf("published a guide that asks for what is shared: %v", f)
	}
	if c.count("item") != 0 {
		t.Error("the item was published without its guide")
	}
	c.must(asks(2, &protocol.LineShare{Resource: entry(agency, 7, 1).Code, Scenario: "核验"}))
}
