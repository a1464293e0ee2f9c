package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"xiangyun/node/desk"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

const scan = "\x89PNG\r\n\x1a\n and what a scanner made"

// files counts what lies in a folder and below.
func files(t testing.TB, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// endless is a picture that does not end.
type endless struct{ begun bool }

func (e *endless) Read(b []byte) (int, error) {
	if !e.begun {
		e.begun = true
		return copy(b, scan), nil
	}
	clear(b)
	return len(b), nil
}

func TestAttachments(t *testing.T) {
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	n, pc, err := p.open("a") // not running: nothing is uploaded yet
	p.must(err)
	held := files(t, n.path(blobDir))
	refused := func(name, mediaType string, r io.Reader, who *protocol.Account, want protocol.Code) {
		t.Run(name, func(t *testing.T) {
			if _, err := n.Attach(t.Context(), who, "a.png", mediaType, r); protocol.CodeOf(err) != want {
				t.Errorf("got %v, want %v", err, want)
			}
			if files(t, n.path(blobDir)) != held || files(t, n.path(pendingDir)) != 0 {
				t.Error("something was left behind")
			}
		})
	}
	refused("what is not what it says leaves nothing", "image/jpeg", strings.NewReader(scan), clerk, protocol.Malformed)
	refused("a program leaves nothing", "image/png", strings.NewReader("#!/bin/sh"), clerk, protocol.Malformed)
	refused("nothing at all", "image/png", strings.NewReader(""), clerk, protocol.Malformed)
	refused("nobody may", "image/png", strings.NewReader(scan), nil, protocol.Denied)
	refused("too large", "image/png", &endless{}, clerk, protocol.TooBig)
	for _, id := range []string{"", ".", "..", "../place", "../../hub1/secret/key", "a/../../place", `..\place`, "x\x00", "/etc/passwd", strings.Repeat("x", 5000)} {
		if a, err := n.Attachment(id); protocol.CodeOf(err) != protocol.Gone {
			t.Errorf("%.40q: %+v, %v", id, a, err)
		}
	}
	a, err := n.Attach(t.Context(), clerk, "../../身份证明.png", "image/png", strings.NewReader(scan))
	p.must(err)
	if a.Name != "身份证明.png" || a.Size != int64(len(scan)) || a.By != "yanbian:clerk" {
		t.Errorf("%+v", a)
	}
	p.must(n.close())
	pc.Close()

	n, stop := p.run("a")
	if got, err := n.Attachment(a.ID); err != nil || fmt.Sprint(got) != fmt.Sprint(a) {
		t.Errorf("after a restart: %+v (%v)", got, err)
	}
	p.cite(n, a.ID)
	p.must(os.WriteFile(n.path(pendingDir, "0-damaged.json"), []byte("{"), 0o600)) // the others do not wait for it
	ref := protocol.Ref{Kind: "blob", ID: a.ID}
	p.eventually("the manifest", func() bool { _, err := n.Record(ref); return err == nil })
	p.eventually("nothing pending", func() bool { return files(t, n.path(pendingDir)) == 1 })
	p.must(os.Remove(n.path(pendingDir, "0-damaged.json")))
	p.must(n.savePending(a)) // as a crash between commit and removal leaves it
	p.eventually("nothing pending again", func() bool { return files(t, n.path(pendingDir)) == 0 })
	rec, err := n.Record(ref)
	if err != nil || rec.Rev != 1 {
		t.Errorf("committed %+v (%v)", rec, err)
	}
	got, err := n.Attachment(a.ID)
	p.must(err)
	r, err := n.OpenAttachment(t.Context(), got)
	p.must(err)
	if data, err := io.ReadAll(r); err != nil || string(data) != scan {
		t.Errorf("read %q (%v)", data, err)
	}
	rotten := filepath.Join(n.path(blobDir), placeOfChunk(got.Chunks[0].ID)) // replication.B6
	p.must(os.WriteFile(rotten, []byte("rot"), 0o600))
	r, err = n.OpenAttachment(t.Context(), got)
	p.must(err)
	if data, err := io.ReadAll(r); err != nil || string(data) != scan {
		t.Errorf("behind a bad copy: read %q (%v)", data, err)
	}
	p.frozen(n)
	stop()
	p.diskFails()
}

// placeOfChunk is where replication.B1 has a chunk.
func placeOfChunk(id protocol.BlobID) string {
	name := strings.TrimPrefix(string(id), "sha256:")
	return filepath.Join(name[:2], name[2:4], name)
}

// diskFails: a failed fsync of the attachments ends the process (pitfalls.W2).
func (p *province) diskFails() {
	p.t.Helper()
	n, pc, err := p.open("a")
	p.must(err)
	defer pc.Close()
	eio := fmt.Errorf("fsync: %w", syscall.EIO)
	n.stop(eio)
	if err := n.Run(p.t.Context()); !errors.Is(err, eio) {
		p.t.Errorf("ran on: %v", err)
	}
}

// cite publishes an item and takes in a case that cites the scan.
func (p *province) cite(n *Node, scans ...string) {
	p.t.Helper()
	ctx := p.t.Context()
	agency := ""
	for _, last := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if code := fmt.Sprintf("1122%012dX%c", 1, last); protocol.CheckUSCC(code) == nil {
			agency = code
		}
	}
	_, err := p.RegisterAgency(ctx, admin, protocol.Agency{USCC: agency, Name: "样例机构", Node: "yanbian"})
	p.must(err)
	code := agency + "3" + "442199806003"
	editor := &protocol.Account{Place: "yanbian", Login: "editor", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleEditor}}
	filed, err := n.Desk().FileItem(ctx, editor, protocol.ItemFiling{
		Item: protocol.Item{ImplCode: code, Version: 1, Name: "样例事项", Type: "05", Basis: []string{"社会救助暂行办法"}, Agency: agency, AgencyName: "样例机构",
			CaseType: "promise", Scope: "interprefecture", Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays},
			Promise: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2000, Month: 1, Dom: 1},
			Targets: []string{"person"}, Nature: "statutory", Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"},
			Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}, Contact: "000-00000000", Complaints: "12345"},
		Guide: protocol.Guide{Lines: []protocol.MaterialLine{{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", Source: "self"}}}})
	p.must(err)
	p.eventually("the filing at the hub", func() bool { _, err := p.Publish(ctx, admin, filed[0].Ref); return err == nil })
	in := desk.Intake{Item: protocol.ItemID(code, 1), Nonce: "n1", Window: "3号窗口",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002x"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present", Blobs: scans}}}
	p.eventually("the item here", func() bool { _, err := n.Desk().Receive(ctx, clerk, in); return err == nil })
}

// frozen: a node that is frozen does nothing by itself, and tries again later.
func (p *province) frozen(n *Node) {
	p.t.Helper()
	p.must(n.store.Freeze(protocol.NewFault(protocol.Fork, "test", "两份历史")))
	again, err := n.attend(context.Background(), []protocol.Ref{{Kind: "case", ID: "x"}})
	if !again || err != nil {
		p.t.Errorf("attended: again %v, %v", again, err)
	}
	if err := n.store.Update(context.Background(), func(*store.Tx) error { return nil }); protocol.CodeOf(err) != protocol.Fork {
		p.t.Logf("an act that writes nothing on a frozen node: %v", err)
	}
	if c := n.ready(context.Background()); c[0].OK {
		p.t.Error("a frozen node is ready")
	}
}
