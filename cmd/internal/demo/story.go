package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"xiangyun/cmd/internal/sample"
	"xiangyun/hub/api"
	"xiangyun/protocol"
)

// Step is one step of the story: what was done, what was read back where, and
// how long it took.
type Step struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Ms     int64  `json:"ms"`
	Detail string `json:"detail,omitempty"`
}

// Story is what playing it gave.
type Story struct {
	OK      bool    `json:"ok"`
	Seconds float64 `json:"seconds"`
	Steps   []Step  `json:"steps"`
}

// teller plays the steps one after the other and stops at the first that fails.
type teller struct {
	*Demo
	story Story
	at    time.Time
	err   error

	item   string // ItemID of the item that is published on the way
	caseID string
}

func (t *teller) step(name string, do func() (string, error)) {
	if t.err != nil {
		return
	}
	start := time.Now()
	detail, err := do()
	s := Step{Name: name, OK: err == nil, Ms: time.Since(start).Milliseconds(), Detail: detail}
	if err != nil {
		s.Detail, t.err = err.Error(), fmt.Errorf("%s: %w", name, err)
	}
	t.story.Steps = append(t.story.Steps, s)
	t.say("%s %6d ms  %s  %s", mark(s.OK), s.Ms, s.Name, s.Detail)
}

func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

// Tell starts a province and plays the story through it. The province is
// stopped before it returns.
func Tell(ctx context.Context, o Options) (Story, error) {
	t := &teller{at: time.Now()}
	t.Demo = &Demo{Options: o}
	t.step("启动三台省级服务器,接入四个节点", func() (string, error) {
		d, err := Start(ctx, o)
		t.Demo = d
		return fmt.Sprintf("%d 台服务器, %d 个节点", len(d.hubs), len(d.nodes)), err
	})
	t.step("装入机构、日历和账号", func() (string, error) { return "", t.LoadRegisters(ctx) })
	t.step("长春报请的事项全省发布", func() (string, error) { return t.publishItem(ctx) })
	t.step("两个市州和省直部门的目录条目经两审发布", func() (string, error) { return t.publishCatalog(ctx) })
	t.step("延边窗口收下长春的件,带两份扫描件,并移交", func() (string, error) { return t.receiveCase(ctx) })
	t.step("杀掉省级主服务器(kill -9)", func() (string, error) { return t.killLeader(ctx) })
	t.step("长春受理、准予,延边送达", func() (string, error) { return t.decideCase(ctx) })
	t.step("被杀的服务器重新启动并追上", func() (string, error) { return t.reviveHub(ctx) })
	t.step("吉林断开,收下 200 件,恢复后全部到达", func() (string, error) { return t.cutOff(ctx, "jilin", 200) })
	t.step("吉林节点被抹去,从省级恢复", func() (string, error) { return t.wipeNode(ctx, "jilin") })
	t.step("各省级服务器状态指纹相同", func() (string, error) { return t.SameDigests(ctx) })
	t.step("全部进程干净停止", func() (string, error) { return "", t.Stop() })
	if t.err != nil {
		t.err = errJoin(t.err, t.Stop())
	}
	t.story.OK, t.story.Seconds = t.err == nil, time.Since(t.at).Seconds()
	return t.story, t.err
}

// PublishOneItem files the first item of changchun, has the hub publish it, and
// waits until every node holds item and guide; it gives the item's id.
func (d *Demo) PublishOneItem(ctx context.Context) (string, error) {
	t := &teller{Demo: d}
	_, err := t.publishItem(ctx)
	return t.item, err
}

// publishItem files one item at changchun, has the hub publish it, and reads
// item and guide back at yanbian.
func (t *teller) publishItem(ctx context.Context) (string, error) {
	filing := sample.Items("changchun")[0]
	t.item = protocol.ItemID(filing.Item.ImplCode, filing.Item.Version)
	if err := t.Publish(ctx, "changchun", filing); err != nil {
		return "", err
	}
	return filing.Item.Name + ",各节点均读到事项和指南", nil
}

func (t *teller) publishCatalog(ctx context.Context) (string, error) {
	var names []string
	for _, id := range []protocol.NodeID{"changchun", "yanbian", "shengzhi"} {
		entries := sample.CatalogEntries(id)[:1]
		if err := t.submitCatalog(ctx, id, entries); err != nil {
			return "", err
		}
		names = append(names, entries[0].Name)
	}
	release, err := t.approveAndRelease(ctx, 3)
	if err != nil {
		return "", err
	}
	for _, id := range t.Nodes {
		if err := t.Until(ctx, plainName(id)+"读到目录版本", func() (bool, error) { return t.listed(ctx, id, 3) }); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("第 %d 版: %v,各节点均读到", release, names), nil
}

// listed reports whether a node holds at least n listings in force.
func (t *teller) listed(ctx context.Context, id protocol.NodeID, n uint64) (bool, error) {
	var list struct{ Total uint64 }
	err := t.Node(id).Call(ctx, "GET", "/api/v1/catalog/listings?state=listed", nil, &list)
	return list.Total >= n, err
}

type caseView struct {
	ID    string
	Rev   uint64
	Home  protocol.NodeID
	Index uint64
	Body  protocol.Case
}

func (t *teller) caseAt(ctx context.Context, id protocol.NodeID, caseID string) (v caseView, err error) {
	return v, t.Node(id).Call(ctx, "GET", "/api/v1/cases/"+caseID, nil, &v)
}

// awaitState reads a case at a node until it stands where it should.
func (t *teller) awaitState(ctx context.Context, id protocol.NodeID, state protocol.CaseState) error {
	return t.Until(ctx, plainName(id)+"看到“"+state.Title()+"”", func() (bool, error) {
		v, err := t.caseAt(ctx, id, t.caseID)
		return v.Body.State == state, err
	})
}

func (t *teller) receiveCase(ctx context.Context) (string, error) {
	scans := map[string][]byte{"申请书.pdf": sample.Scan(sample.PDF, 1), "身份证明.jpg": sample.Scan(sample.JPEG, 2)}
	receipt, err := t.Intake(ctx, "yanbian", t.item, sample.Applicants(1)[0], "story-1", scans)
	if err != nil {
		return "", err
	}
	t.caseID = receipt.ID
	if err := t.awaitState(ctx, "changchun", protocol.CaseArrived); err != nil {
		return "", err
	}
	if err := t.scansReadable(ctx, "changchun", scans); err != nil {
		return "", err
	}
	return "收件号 " + receipt.ReceiptNo + ",长春已签收,两份扫描件逐字节读回", nil
}

func (t *teller) killLeader(ctx context.Context) (string, error) {
	st, err := t.HubStatus(ctx)
	if err != nil {
		return "", err
	}
	start := time.Now()
	if err := t.KillHub(string(st.Leader)); err != nil {
		return "", err
	}
	if err := t.Until(ctx, "其余两台选出新的主服务器", func() (bool, error) {
		now, err := t.HubStatus(ctx)
		return now.Leader != "" && now.Leader != st.Leader, err
	}); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s 被杀,%d 毫秒后有新的主服务器", st.Leader, time.Since(start).Milliseconds()), nil
}

func (t *teller) decideCase(ctx context.Context) (string, error) {
	cc, agency := t.Node("changchun"), sample.Items("changchun")[0].Item.Agency
	path := "/api/v1/cases/" + t.caseID
	if err := cc.As(Who("changchun", protocol.RoleAcceptor, agency)).Call(ctx, "POST", path+"/accept", nil, nil); err != nil {
		return "", err
	}
	if err := cc.As(Who("changchun", protocol.RoleDecider, agency)).Call(ctx, "POST", path+"/grant", map[string]string{"text": "准予"}, nil); err != nil {
		return "", err
	}
	if err := t.awaitState(ctx, "yanbian", protocol.CaseGranted); err != nil {
		return "", err
	}
	how := map[string]string{"way": "counter", "recipient": sample.Applicants(1)[0].Name}
	if err := t.Node("yanbian").As("clerk1").Call(ctx, "POST", path+"/deliver", how, nil); err != nil {
		return "", err
	}
	for _, id := range []protocol.NodeID{"changchun", "yanbian"} {
		if err := t.awaitState(ctx, id, protocol.CaseDelivered); err != nil {
			return "", err
		}
	}
	return "长春和延边都读到“已送达”", nil
}

func (t *teller) reviveHub(ctx context.Context) (string, error) {
	want, err := t.HubStatus(ctx) // of a server that went on, before the killed one answers for itself
	if err != nil {
		return "", err
	}
	for _, p := range t.hubs {
		if p.done != nil {
			continue
		}
		if err := p.start(ctx, t.Exe); err != nil {
			return "", err
		}
		var st api.Status
		if err := t.Until(ctx, p.Name+"追上", func() (bool, error) {
			err := p.Client().Call(ctx, "GET", "/api/v1/status", nil, &st)
			return st.Applied >= want.Applied, err
		}); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s 已追上,从其余服务器所在的序号 %d 到 %d", p.Name, want.Applied, st.Applied), nil
	}
	return "", fmt.Errorf("没有被杀的服务器")
}

// cutOff takes n applications in while a node has no line, and looks for every
// receipt at the hub afterwards: each once.
func (t *teller) cutOff(ctx context.Context, id protocol.NodeID, n int) (string, error) {
	if err := t.Node(id).Call(ctx, "POST", "/api/v1/uplink/offline", nil, nil); err != nil {
		return "", err
	}
	receipts := make(map[string]bool, n)
	applicants := sample.Applicants(n)
	for i := range n {
		r, err := t.Intake(ctx, id, t.item, applicants[i], fmt.Sprintf("cut-%d", i), nil)
		if err != nil {
			return "", fmt.Errorf("断网时第 %d 件: %w", i+1, err)
		}
		receipts[r.ID] = true
	}
	if len(receipts) != n {
		return "", fmt.Errorf("收下 %d 件,编号只有 %d 个", n, len(receipts))
	}
	start := time.Now()
	if err := t.Node(id).Call(ctx, "POST", "/api/v1/uplink/online", nil, nil); err != nil {
		return "", err
	}
	for caseID := range receipts {
		if err := t.Until(ctx, "长春收到 "+caseID, func() (bool, error) {
			v, err := t.caseAt(ctx, "changchun", caseID)
			return v.Body.State == protocol.CaseArrived, err
		}); err != nil {
			return "", err
		}
	}
	took := time.Since(start)
	if err := t.onceAtHub(ctx, id, receipts); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d 件各一次,%.1f 秒内全部在长春签收,省级逐件核对", n, took.Seconds()), nil
}

// onceAtHub waits until the hub lists every receipt of a window, and wants each
// once and nothing else. The server that is asked may be behind the others.
func (t *teller) onceAtHub(ctx context.Context, id protocol.NodeID, receipts map[string]bool) error {
	var rows []CaseRow
	if err := t.Until(ctx, "省级列出"+plainName(id)+"的全部办件", func() (bool, error) {
		var err error
		rows, err = t.CasesAtHub(ctx, id)
		return len(rows) >= len(receipts), err
	}); err != nil {
		return fmt.Errorf("省级有 %d 件来自%s,应为 %d: %w", len(rows), plainName(id), len(receipts), err)
	}
	return eachOnce(rows, receipts)
}

func eachOnce(rows []CaseRow, receipts map[string]bool) error {
	seen := make(map[string]bool, len(rows))
	for _, r := range rows {
		if !receipts[r.ID] || seen[r.ID] {
			return fmt.Errorf("省级的办件 %s 没有人收过,或出现了两次", r.ID)
		}
		seen[r.ID] = true
	}
	if len(seen) != len(receipts) {
		return fmt.Errorf("省级有 %d 件,应为 %d", len(seen), len(receipts))
	}
	return nil
}

// wipeNode kills a node, empties its disk, enrols it again with a new token,
// and compares every case it holds with what it held.
func (t *teller) wipeNode(ctx context.Context, id protocol.NodeID) (string, error) {
	var before []CaseRow
	if err := t.Until(ctx, plainName(id)+"得知各件均已签收", func() (ok bool, err error) {
		before, err = t.CasesAtNode(ctx, id, id)
		return !slices.ContainsFunc(before, func(c CaseRow) bool { return c.State != protocol.CaseArrived }), err
	}); err != nil {
		return "", err
	}
	if err := t.LoseNode(id); err != nil {
		return "", err
	}
	start := time.Now()
	if err := t.Enroll(ctx, id); err != nil {
		return "", err
	}
	if err := t.Until(ctx, plainName(id)+"恢复抹去前的每一件", func() (bool, error) {
		after, err := t.CasesAtNode(ctx, id, id)
		return sameCases(before, after), err
	}); err != nil {
		return "", err
	}
	took := time.Since(start)
	r, err := t.Intake(ctx, id, t.item, sample.Applicants(1)[0], "after-restore", nil)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(before, func(c CaseRow) bool { return c.ReceiptNo == r.ReceiptNo }) {
		return "", fmt.Errorf("收件号 %s 在恢复后又发了一次", r.ReceiptNo)
	}
	return fmt.Sprintf("%d 件在 %.1f 秒内逐件恢复,随即收下新件 %s", len(before), took.Seconds(), r.ReceiptNo), nil
}

// sameCases reports whether two lists hold the same cases, numbers and states.
func sameCases(a, b []CaseRow) bool {
	order := func(x, y CaseRow) int { return strings.Compare(x.ID, y.ID) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), order), slices.SortedFunc(slices.Values(b), order))
}

// SameDigests waits for a moment in which all servers have applied the same
// index and compares their digests.
func (d *Demo) SameDigests(ctx context.Context) (string, error) {
	var digest protocol.Hash
	err := d.Until(ctx, "各服务器在同一序号", func() (bool, error) {
		seen := make(map[uint64]map[protocol.Hash]int)
		for _, p := range d.Servers() {
			var st api.Status
			if err := p.Client().Call(ctx, "GET", "/api/v1/status", nil, &st); err != nil {
				return false, err
			}
			if seen[st.Applied] == nil {
				seen[st.Applied] = make(map[protocol.Hash]int)
			}
			seen[st.Applied][st.Digest]++
			digest = st.Digest
		}
		for index, digests := range seen {
			if len(digests) > 1 {
				return false, fmt.Errorf("序号 %d 处的摘要不同: %v", index, digests)
			}
		}
		return len(seen) == 1, nil
	})
	return digest.Short(), err
}
