package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"xiangyun/cmd/internal/sample"
	"xiangyun/hub/api"
	"xiangyun/protocol"
)

// Password is that of every account of a demo; it is printed at the start.
const Password = "xiangyun-demo"

type rawItem = json.RawMessage

func decodeItem[T any](raw rawItem) (v T, err error) { return v, json.Unmarshal(raw, &v) }

func errJoin(errs ...error) error { return errors.Join(errs...) }

func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// LoadRegisters loads agencies, the working-day calendar and the accounts.
func (d *Demo) LoadRegisters(ctx context.Context) error {
	years := d.Calendars
	if years == nil {
		years = protocol.CalendarHistory()
	}
	for _, year := range years {
		if err := d.Hub().Call(ctx, "POST", "/api/v1/calendars", year, nil); err != nil {
			return fmt.Errorf("发布 %d 年日历: %w", year.Year, err)
		}
	}
	for _, a := range sample.HubAccounts() {
		body := map[string]any{"login": a.Login, "name": a.Name, "roles": a.Roles, "password": Password}
		if err := d.Hub().Call(ctx, "POST", "/api/v1/accounts", body, nil); err != nil {
			return fmt.Errorf("建立省级账号 %s: %w", a.Login, err)
		}
	}
	if err := d.Hub().As("reviewer1").Call(ctx, "POST", "/api/v1/basics", map[string]any{"rows": basicRows()}, nil); err != nil {
		return fmt.Errorf("载入基本目录: %w", err)
	}
	if err := d.onAllNodes(func(id protocol.NodeID) error { return d.loadNode(ctx, id) }); err != nil {
		return err
	}
	return d.registersArrived(ctx)
}

// basicRows is the basic catalogue that every sample item agrees with (I-02).
func basicRows() (rows []map[string]any) {
	for _, b := range sample.Basics() {
		rows = append(rows, map[string]any{"code": b.Code, "name": b.Name, "type": b.Type, "basis": b.Basis})
	}
	return rows
}

// onAllNodes works on every node at once.
func (d *Demo) onAllNodes(work func(protocol.NodeID) error) error {
	errs := make([]error, len(d.Nodes))
	var wg sync.WaitGroup
	for i, id := range d.Nodes {
		wg.Go(func() {
			if err := work(id); err != nil {
				errs[i] = fmt.Errorf("%s: %w", plainName(id), err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (d *Demo) loadNode(ctx context.Context, id protocol.NodeID) error {
	for _, a := range sample.Agencies(id) {
		body := api.AgencyForm{USCC: a.USCC, Name: a.Name, Node: id, Division: a.Division, Parent: a.Parent, Phone: a.Phone}
		if err := d.Hub().Call(ctx, "PUT", "/api/v1/agencies", body, nil); err != nil {
			return fmt.Errorf("登记机构 %s: %w", a.Name, err)
		}
	}
	for _, a := range sample.Accounts(id) {
		body := map[string]any{"login": a.Login, "name": a.Name, "agency": a.Agency, "roles": a.Roles, "password": Password}
		if err := d.Node(id).Call(ctx, "POST", "/api/v1/accounts", body, nil); err != nil {
			return fmt.Errorf("建立账号 %s: %w", a.Login, err)
		}
	}
	return nil
}

// registersArrived waits until every node holds the agencies of all.
func (d *Demo) registersArrived(ctx context.Context) error {
	for _, at := range d.Nodes {
		for _, id := range d.Nodes {
			agencies := sample.Agencies(id)
			last := agencies[len(agencies)-1].USCC
			if err := d.Until(ctx, plainName(at)+"收到机构", func() (bool, error) {
				err := d.Node(at).Call(ctx, "GET", "/api/v1/agencies/"+last, nil, nil)
				return err == nil, err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// LoadServices publishes all items and catalogue entries of every node.
func (d *Demo) LoadServices(ctx context.Context) error {
	var filings []protocol.ItemFiling
	sets := 0
	for _, id := range d.Nodes {
		items := sample.Items(id)
		if err := d.fileItems(ctx, id, items); err != nil {
			return fmt.Errorf("%s 报请事项: %w", plainName(id), err)
		}
		filings = append(filings, items...)
		for agency, entries := range byAgency(sample.CatalogEntries(id)) {
			if err := d.submitCatalog(ctx, id, entries); err != nil {
				return fmt.Errorf("%s %s 报送目录: %w", plainName(id), agency, err)
			}
			sets++
		}
	}
	if err := d.publishRequests(ctx, filings); err != nil {
		return err
	}
	_, err := d.approveAndRelease(ctx, sets)
	return err
}

// Publish files items at a node, has the hub publish them, and waits until every
// node holds the last one.
func (d *Demo) Publish(ctx context.Context, at protocol.NodeID, filings ...protocol.ItemFiling) error {
	if err := d.fileItems(ctx, at, filings); err != nil {
		return err
	}
	if err := d.publishRequests(ctx, filings); err != nil {
		return err
	}
	last := filings[len(filings)-1].Item
	id := protocol.ItemID(last.ImplCode, last.Version)
	for _, node := range d.Nodes {
		if err := d.Until(ctx, plainName(node)+"读到"+last.Name, func() (bool, error) {
			err := d.Node(node).Call(ctx, "GET", "/api/v1/items/"+url.PathEscape(id), nil, nil)
			return err == nil, err
		}); err != nil {
			return err
		}
	}
	return nil
}

func byAgency(entries []protocol.CatalogEntry) map[string][]protocol.CatalogEntry {
	groups := make(map[string][]protocol.CatalogEntry)
	for _, e := range entries {
		groups[e.Agency] = append(groups[e.Agency], e)
	}
	return groups
}

func (d *Demo) fileItems(ctx context.Context, id protocol.NodeID, filings []protocol.ItemFiling) error {
	for part := range slices.Chunk(filings, 20) {
		if err := d.Node(id).Call(ctx, "POST", "/api/v1/items", map[string]any{"filings": part}, nil); err != nil {
			return err
		}
	}
	return nil
}

// publishRequests waits until the request of each filing has arrived and
// publishes it. Others that are listed may have been published a moment ago.
func (d *Demo) publishRequests(ctx context.Context, filings []protocol.ItemFiling) error {
	wanted := make(map[protocol.Ref]bool, len(filings))
	for _, f := range filings {
		wanted[protocol.Ref{Kind: "item", ID: protocol.ItemID(f.Item.ImplCode, f.Item.Version)}] = true
	}
	var ids []string
	err := d.Until(ctx, "请求到达省级", func() (bool, error) {
		ids = ids[:0]
		err := d.Hub().Pages(ctx, "/api/v1/requests", query("state", "filed", "want", protocol.WantPublish, "limit", "200"), func(item rawItem) error {
			v, err := decodeItem[struct {
				ID   string
				Body protocol.Request
			}](item)
			if wanted[v.Body.On] {
				ids = append(ids, v.ID)
			}
			return err
		})
		return len(ids) == len(wanted), err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.Hub().As("reviewer1").Call(ctx, "POST", "/api/v1/requests/"+url.PathEscape(id)+"/publish", nil, nil); err != nil {
			return fmt.Errorf("发布 %s: %w", id, err)
		}
	}
	return nil
}

func (d *Demo) submitCatalog(ctx context.Context, id protocol.NodeID, entries []protocol.CatalogEntry) error {
	drafts := make([]map[string]any, len(entries))
	for i := range entries {
		drafts[i] = map[string]any{"entry": entries[i]}
	}
	var out struct{ Changesets []struct{ ID string } }
	body := map[string]any{"title": entries[0].Provider + "目录报送", "entries": drafts}
	if err := d.Node(id).Call(ctx, "POST", "/api/v1/catalog/changesets", body, &out); err != nil {
		return err
	}
	for _, set := range out.Changesets { // none when nothing has changed
		if err := d.Node(id).As("reviewer").Call(ctx, "POST", "/api/v1/catalog/changesets/"+set.ID+"/first_review", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// approveAndRelease waits for n reviewed batches, passes them and publishes a
// release; it gives the release's number.
func (d *Demo) approveAndRelease(ctx context.Context, n int) (uint64, error) {
	var sets []string
	err := d.Until(ctx, "报送批次到达省级", func() (bool, error) {
		sets = sets[:0]
		err := d.Hub().Pages(ctx, "/api/v1/catalog/changesets", query("state", protocol.ChangesetReviewed, "limit", "200"), func(item rawItem) error {
			v, err := decodeItem[struct{ ID string }](item)
			if err == nil && protocol.CodeOf(d.Hub().Call(ctx, "GET", "/api/v1/catalog/reviews/"+v.ID, nil, nil)) == protocol.Gone {
				sets = append(sets, v.ID)
			}
			return err
		})
		return len(sets) >= n, err
	})
	if err != nil {
		return 0, err
	}
	for _, id := range sets {
		if err := d.Hub().As("reviewer1").Call(ctx, "POST", "/api/v1/catalog/changesets/"+id+"/approve", map[string]any{}, nil); err != nil {
			return 0, fmt.Errorf("二审 %s: %w", id, err)
		}
	}
	var release struct{ Body protocol.Release }
	err = d.Hub().As("reviewer1").Call(ctx, "POST", "/api/v1/catalog/releases", map[string]string{"notes": "样例数据"}, &release)
	return release.Body.Number, err
}

// Receipt is what a window hands out.
type Receipt struct {
	ID        string
	ReceiptNo string `json:"receipt_no"`
}

// Intake takes an application in as a clerk does: the guide is read, every
// line answered, the scans uploaded.
func (d *Demo) Intake(ctx context.Context, at protocol.NodeID, item string, who protocol.Applicant, key string, scans map[string][]byte) (r Receipt, err error) {
	var view struct {
		Guide     struct{ Body protocol.Guide }
		GuideHash string `json:"guide_hash"`
	}
	node := d.Node(at)
	if err := node.Call(ctx, "GET", "/api/v1/items/"+url.PathEscape(item), nil, &view); err != nil {
		return r, err
	}
	var blobs []string
	for name, data := range scans {
		id, err := d.Upload(ctx, at, name, data)
		if err != nil {
			return r, err
		}
		blobs = append(blobs, id)
	}
	body := map[string]any{"item": item, "guide": view.GuideHash, "window": "1号窗口", "hand_over": true, "object_key": key, "materials": answers(view.Guide.Body.Lines, blobs),
		"applicant": map[string]string{"type": who.Type, "name": who.Name, "id_type": who.IDType, "id": who.ID, "contact": who.Contact}}
	return r, node.As("clerk1").CallWith(ctx, "POST", "/api/v1/cases", map[string]string{"Idempotency-Key": key}, body, &r)
}

// answers says that every material is here, the scans with the first of them.
func answers(lines []protocol.MaterialLine, blobs []string) []protocol.Material {
	list := make([]protocol.Material, len(lines))
	for i, l := range lines {
		list[i] = protocol.Material{Line: l.ID, Presence: "present", Copies: 1}
		if len(blobs) > 0 {
			list[i].Blobs, blobs = blobs[:1], blobs[1:]
		}
	}
	return list
}

// Upload keeps an attachment at a node as the clerk of its window does, and gives
// its id.
func (d *Demo) Upload(ctx context.Context, at protocol.NodeID, name string, data []byte) (string, error) {
	mediaType := "image/jpeg"
	if bytes.HasPrefix(data, []byte("%PDF")) {
		mediaType = "application/pdf"
	}
	var b struct{ ID string }
	path := "/api/v1/blobs?" + query("name", name, "type", mediaType).Encode()
	err := d.Node(at).As("clerk1").CallWith(ctx, "POST", path, map[string]string{"Content-Type": "application/octet-stream"}, bytes.NewReader(data), &b)
	return b.ID, err
}

// scansReadable reads every scan of the story's case at a node, byte for byte.
func (t *teller) scansReadable(ctx context.Context, at protocol.NodeID, scans map[string][]byte) error {
	v, err := t.caseAt(ctx, at, t.caseID)
	if err != nil {
		return err
	}
	found := 0
	for _, m := range v.Body.Materials {
		for _, id := range m.Blobs {
			var data []byte
			if err := t.Until(ctx, "扫描件 "+id+" 可读", func() (bool, error) {
				err := t.Node(at).Call(ctx, "GET", "/api/v1/blobs/"+id, nil, &data)
				return err == nil, err
			}); err != nil {
				return err
			}
			for _, want := range scans {
				if bytes.Equal(want, data) {
					found++
				}
			}
		}
	}
	if found != len(scans) {
		return fmt.Errorf("读回 %s 份扫描件,应为 %d", strconv.Itoa(found), len(scans))
	}
	return nil
}

// Who gives the login of an account of a node that has a role, for an agency.
func Who(id protocol.NodeID, role protocol.Role, agency string) string {
	for _, a := range sample.Accounts(id) {
		if slices.Contains(a.Roles, role) && (agency == "" || a.Agency == agency) {
			return a.Login
		}
	}
	return ""
}
