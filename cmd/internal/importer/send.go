package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiangyun/protocol"
)

// Caller sends one request to a node; *client.Client is one.
type Caller interface {
	Call(ctx context.Context, method, path string, in, out any) error
}

// Sent says what became of drafts.
type Sent struct {
	New        int      `json:"new"`       // requests filed, or revisions of entries made
	Unchanged  int      `json:"unchanged"` // what the node had already
	Batches    int      `json:"batches"`   // requests of filings, or changesets made
	Changesets []string `json:"changesets,omitempty"`
}

// filingsAtOnce is how many filings go into one request.
const filingsAtOnce = 20

// CheckItems compares filings with what the node holds: the agency must be
// registered for the node, and a version that is published never changes. It
// fills in the names of agencies.
func CheckItems(ctx context.Context, c Caller, node protocol.NodeID, drafts []Draft[protocol.ItemFiling]) (found []Finding, err error) {
	agencies := make(map[string]*protocol.Agency)
	for i := range drafts {
		d := &drafts[i]
		item := &d.Body.Item
		agency, had := agencies[item.Agency]
		if !had {
			if agency, err = Agency(ctx, c, item.Agency); err != nil {
				return found, err
			}
			agencies[item.Agency] = agency
		}
		if agency == nil || agency.State != protocol.AgencyActive || agency.Node != node {
			found = append(found, Finding{d.Line, "agency", "I-02", fmt.Sprintf("实施机构 %s 没有登记在本节点,或已停用;请省级管理员先登记(xiangyun agency register)", item.Agency)})
			continue
		}
		if item.AgencyName == "" {
			item.AgencyName = agency.Name
		}
		changed, err := differs(ctx, c, &d.Body)
		if err != nil {
			return found, err
		}
		if changed {
			found = append(found, Finding{d.Line, "version", "I-09", fmt.Sprintf("第 %d 版已发布且内容不同;内容有变请提高版本号", item.Version)})
		}
	}
	return found, nil
}

// Agency reads an agency, nil when the node does not know it.
func Agency(ctx context.Context, c Caller, uscc string) (*protocol.Agency, error) {
	var rec struct{ Body protocol.Agency }
	err := c.Call(ctx, http.MethodGet, "/api/v1/agencies/"+url.PathEscape(uscc), nil, &rec)
	if protocol.CodeOf(err) == protocol.Gone {
		return nil, nil
	}
	return &rec.Body, err
}

// differs reports whether this version is published with other words.
func differs(ctx context.Context, c Caller, f *protocol.ItemFiling) (bool, error) {
	item, guide, ok, err := published(ctx, c, protocol.ItemID(f.Item.ImplCode, f.Item.Version))
	if err != nil || !ok {
		return false, err
	}
	item.State, item.Reason, item.Rest = "", "", f.Item.Rest
	guide.Rest = f.Guide.Rest
	return !sameJSON(item, f.Item) || !sameJSON(guide, f.Guide), nil
}

func published(ctx context.Context, c Caller, id string) (item protocol.Item, guide protocol.Guide, ok bool, err error) {
	var view struct {
		Body  protocol.Item
		Guide struct{ Body protocol.Guide }
	}
	err = c.Call(ctx, http.MethodGet, "/api/v1/items/"+url.PathEscape(id), nil, &view)
	if protocol.CodeOf(err) == protocol.Gone {
		return item, guide, false, nil
	}
	return view.Body, view.Guide.Body, err == nil, err
}

func sameJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// SendItems files drafts, at most 20 in a request; step is told how many are
// done. A filing that was made before is not made again, so a broken import is
// simply repeated.
func SendItems(ctx context.Context, c Caller, drafts []Draft[protocol.ItemFiling], step func(n int)) (sent Sent, err error) {
	for batch := range slices.Chunk(drafts, filingsAtOnce) {
		body := make([]protocol.ItemFiling, len(batch))
		known := make(map[string]bool)
		for i, d := range batch {
			body[i] = d.Body
			if err := requestsOn(ctx, c, protocol.ItemID(d.Body.Item.ImplCode, d.Body.Item.Version), known); err != nil {
				return sent, err
			}
		}
		var out struct{ Items []struct{ ID string } }
		if err := c.Call(ctx, http.MethodPost, "/api/v1/items", map[string]any{"filings": body}, &out); err != nil {
			return sent, about("报请"+rows(batch), err)
		}
		sent.Batches++
		for _, r := range out.Items {
			if known[r.ID] {
				sent.Unchanged++
			} else {
				sent.New++
			}
		}
		step(len(batch))
	}
	return sent, nil
}

// requestsOn notes the requests that an item has already.
func requestsOn(ctx context.Context, c Caller, item string, known map[string]bool) error {
	var page struct{ Items []struct{ ID string } }
	target := protocol.Ref{Kind: "item", ID: item}
	if err := c.Call(ctx, http.MethodGet, "/api/v1/requests?"+url.Values{"key": {target.String()}}.Encode(), nil, &page); err != nil {
		return err
	}
	for _, r := range page.Items {
		known[r.ID] = true
	}
	return nil
}

// SendEntries submits drafts in changesets of one agency each; step is told how
// many are done. title names a changeset, by its first entry. What says the same as
// before makes no revision (catalog.I-04).
func SendEntries(ctx context.Context, c Caller, title func(protocol.CatalogEntry) string, drafts []Draft[protocol.CatalogEntry], step func(n int)) (sent Sent, err error) {
	batches := changesets(drafts)
	for i, batch := range batches {
		name := title(batch[0].Body)
		if len(batches) > 1 {
			name = fmt.Sprintf("%s(%d/%d)", name, i+1, len(batches))
		}
		entries := make([]map[string]any, len(batch))
		for j := range batch {
			entries[j] = map[string]any{"entry": batch[j].Body}
		}
		var out submitted
		if err := c.Call(ctx, http.MethodPost, "/api/v1/catalog/changesets", map[string]any{"title": name, "entries": entries}, &out); err != nil {
			return sent, about(fmt.Sprintf("报送%s(%s的目录条目)", rows(batch), batch[0].Body.Provider), err)
		}
		sent.Batches += len(out.Changesets)
		sent.Unchanged += len(batch)
		for _, set := range out.Changesets {
			sent.New += len(set.Body.Members)
			sent.Unchanged -= len(set.Body.Members)
			sent.Changesets = append(sent.Changesets, set.ID)
		}
		step(len(batch))
	}
	return sent, nil
}

// about says in an error which rows it is about. People are shown the text of a
// fault and not what was wrapped around it, so it goes into the text.
func about(what string, err error) error {
	var f *protocol.Fault
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", what, err)
	}
	told := *f
	told.Text = what + ": " + f.Text
	return &told
}

// rows names the rows of a batch as the file counts them; it is sorted by
// agency, so there may be gaps.
func rows[T any](batch []Draft[T]) string {
	first, last := batch[0].Line, batch[len(batch)-1].Line
	switch {
	case len(batch) == 1:
		return fmt.Sprintf("第 %d 行", first)
	case last-first == len(batch)-1:
		return fmt.Sprintf("第 %d 至 %d 行", first, last)
	}
	return fmt.Sprintf("第 %d 至 %d 行中的 %d 行", first, last, len(batch))
}

type submitted struct {
	Changesets []struct {
		ID   string
		Body struct{ Members []struct{ Entry string } }
	}
}

// A changeset names its members in one body: these bounds keep it well below
// protocol.MaxBody however long the names are.
const (
	memberBytes    = 220
	changesetBytes = protocol.MaxBody - 4<<10
)

// changesets cuts drafts into batches of one agency that fit (catalog.K-05).
func changesets(drafts []Draft[protocol.CatalogEntry]) (batches [][]Draft[protocol.CatalogEntry]) {
	sorted := slices.Clone(drafts)
	slices.SortStableFunc(sorted, func(a, b Draft[protocol.CatalogEntry]) int { return strings.Compare(a.Body.Agency, b.Body.Agency) })
	size := 0
	for i, d := range sorted {
		cost := memberBytes + 6*len(d.Body.Name)
		if name, err := json.Marshal(d.Body.Name); err == nil {
			cost = memberBytes + len(name)
		}
		if n := len(batches) - 1; n < 0 || len(batches[n]) == protocol.MaxMembers || size+cost > changesetBytes || sorted[i-1].Body.Agency != d.Body.Agency {
			batches, size = append(batches, nil), 0
		}
		batches[len(batches)-1] = append(batches[len(batches)-1], d)
		size += cost
	}
	return batches
}
