package sample

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xiangyun/protocol"
)

// resource is one data resource that an agency of every node keeps, or the
// nodes named in Only.
type resource struct {
	Dept   string            `json:"dept"`
	Class  string            `json:"class"` // 类 项 目, six digits
	Name   string            `json:"name"`
	About  string            `json:"about"`
	Base   string            `json:"base"`   // one of the six base libraries, or empty
	Format string            `json:"format"` // empty is 3, a database
	Cycle  string            `json:"cycle"`
	Gained string            `json:"gained"` // empty is collected
	Policy string            `json:"policy"` // key of a policy
	Layer  string            `json:"layer"`  // empty is province
	Items  []string          `json:"items"`  // "name|type and length|flags"
	Only   []protocol.NodeID `json:"only"`
}

// policy says on what terms a sort of data is shared and opened.
type policy struct {
	Share protocol.Share `json:"share"`
	Open  protocol.Share `json:"open"`
	Level string         `json:"level"`
}

// CatalogEntries lists the catalogue entries of a node's agencies as drafts for
// the act "submit". Codes are unique in the whole province.
func CatalogEntries(id protocol.NodeID) []protocol.CatalogEntry {
	n, ok := find(id)
	if !ok {
		return nil
	}
	var list []protocol.CatalogEntry
	agencies := n.agencies()
	for i, r := range resourceTable() {
		if len(r.Only) == 0 || slices.Contains(r.Only, id) {
			list = append(list, n.entry(r, agencies[r.Dept], i+1))
		}
	}
	return list
}

func (n node) entry(r resource, agency protocol.Agency, no int) protocol.CatalogEntry {
	p := policyTable()[r.Policy]
	return protocol.CatalogEntry{
		Code: fmt.Sprintf("%s%s%02d/%06d", r.Class, n.division(), n.no, no), Name: n.area() + r.Name,
		Abstract: strings.ReplaceAll(r.About, "{area}", n.area()), Agency: agency.USCC, Provider: agency.Name, Division: n.division(),
		Layer: or(r.Layer, "province"), Class: r.Class, Base: r.Base, Format: or(r.Format, "3"), Share: copyShare(p.Share), Open: copyShare(p.Open),
		Level: p.Level, Cycle: r.Cycle, Gained: or(r.Gained, "collected"), Secrecy: "非涉密", Items: dataItems(r.Items),
		Contact: "数据管理岗 " + agency.Phone,
	}
}

func copyShare(s protocol.Share) protocol.Share {
	s.Basis = append([]string(nil), s.Basis...)
	return s
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// dataItems reads the short form of the table: "公民身份号码|C18|key p" is a text
// of 18 characters that is part of the key and personal.
func dataItems(list []string) []protocol.DataItem {
	var items []protocol.DataItem
	for i, s := range list {
		part := strings.Split(s+"|", "|")
		if len(part) < 3 || part[1] == "" {
			panic("sample: data item " + s)
		}
		length, err := strconv.Atoi("0" + part[1][1:])
		if err != nil {
			panic("sample: data item " + s)
		}
		item := protocol.DataItem{ID: fmt.Sprintf("i%02d", i+1), Name: part[0], Type: part[1][:1], Len: length}
		items = append(items, flagged(item, strings.Fields(part[2])))
	}
	return items
}

func flagged(item protocol.DataItem, flags []string) protocol.DataItem {
	item.Key = slices.Contains(flags, "key")
	switch {
	case slices.Contains(flags, "p"):
		item.Sensitive = "个人信息"
	case slices.Contains(flags, "b"):
		item.Sensitive = "商业秘密"
	}
	return item
}
