package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"xiangyun/protocol"
)

// WriteItemsCSV writes filings in the columns that ReadItems takes. A cell that a
// spreadsheet program would take for a formula gets an apostrophe, which reading
// takes off again.
func WriteItemsCSV(w io.Writer, filings []protocol.ItemFiling) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	out := csv.NewWriter(w)
	rows := itemRows(filings)
	for _, cells := range rows[1:] {
		for i, c := range cells {
			cells[i] = unformula(c)
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// WriteItemsXLSX writes filings as a workbook of one sheet. Every cell is text, so
// no code loses its digits and no text becomes a formula.
func WriteItemsXLSX(w io.Writer, filings []protocol.ItemFiling) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	const sheet = "事项"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	for n, cells := range itemRows(filings) {
		values := make([]any, len(cells))
		for i, c := range cells {
			values[i] = c
		}
		if err := out.SetRow("A"+strconv.Itoa(n+1), values); err != nil {
			return fmt.Errorf("write workbook: row %d: %w", n+1, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if _, err := book.WriteTo(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// itemRows are the heading and one row for each filing.
func itemRows(filings []protocol.ItemFiling) (rows [][]string) {
	heading := make([]string, len(ItemColumns))
	for i, c := range ItemColumns {
		heading[i] = c.Title
	}
	rows = append(rows, heading)
	for i := range filings {
		cells := itemCells(&filings[i])
		row := make([]string, len(ItemColumns))
		for n, c := range ItemColumns {
			row[n] = cells[c.Name]
		}
		rows = append(rows, row)
	}
	return rows
}

// itemCells is what filing and itemTerms read, the other way round. Attachments,
// words of conditions and further sections of the guide have no column.
func itemCells(f *protocol.ItemFiling) map[string]string {
	i := &f.Item
	cells := map[string]string{"impl_code": i.ImplCode, "basic_code": i.BasicCode, "local_code": i.LocalCode, "version": strconv.Itoa(i.Version), "name": i.Name,
		"main": section(&f.Guide, "所属主项"), "guide_text": section(&f.Guide, "办理说明"), "type": i.Type, "basis": listed(i.Basis), "agency": i.Agency,
		"agency_name": i.AgencyName, "level": strconv.Itoa(i.Level()), "case_type": i.CaseType, "scope": i.Scope, "legal_limit": i.Legal.String(),
		"promise_limit": i.Promise.String(), "visits": strconv.Itoa(i.Visits), "fee": i.Fee, "conditions": i.Conditions, "effective_at": i.EffectiveAt.String(),
		"targets": listed(i.Targets), "nature": i.Nature, "delegated_by": i.DelegatedBy, "process": i.Process, "forms": listed(i.Forms), "contact": i.Contact,
		"complaints": i.Complaints, "visits_reason": i.VisitsReason, "fee_basis": listed(i.FeeBasis), "correction": i.Correction.String(), "c1_effect": i.C1,
		"handle_code": i.HandleCode, "ends_at": i.EndsAt.String(), "mandatory": i.Mandatory, "object": i.ObjectField}
	cells["places"] = joined(i.Places, func(p protocol.ItemPlace) string { return bars(p.Address, p.Hours, p.Name, p.Phone) })
	cells["special"] = joined(i.Special, func(s protocol.ItemStep) string { return bars(s.Kind, s.Max.String()) })
	cells["results"] = joined(i.Results, func(r protocol.ItemResult) string { return bars(r.Name, r.Type, r.Licence) })
	cells["form"] = joined(f.Guide.Form, func(f protocol.FormField) string { return bars(f.Name, f.Type, slashes(f.Options)) })
	cells["materials"] = joined(f.Guide.Lines, materialText)
	if i.Exempt != nil {
		cells["exempt"] = bars(i.Exempt.Reason, i.Exempt.Basis)
	}
	if i.Joint != nil {
		cells["joint"], cells["joint_limit"] = listed(i.Joint.Agencies), i.Joint.Legal.String()
	}
	if i.MayOwe() {
		cells["owed"] = either(i.Owed.Limit.String(), "承诺")
	}
	return cells
}

func materialText(l protocol.MaterialLine) string {
	resource, points := "", make([]string, len(l.Checks))
	if l.Share != nil {
		resource = l.Share.Resource
	}
	for i, p := range l.Checks {
		points[i] = p.Text
	}
	return bars(l.Name, l.Form, strconv.Itoa(l.Copies), l.Necessity, l.Source, l.Standard, slashes(l.Basis), l.Issuer, l.Expr, l.NeedsPaper, resource, slashes(points))
}

func section(g *protocol.Guide, title string) string {
	for _, s := range g.Sections {
		if s.Title == title {
			return s.Text
		}
	}
	return ""
}

// Where a sign would split a cell, another stands that reads alike.
var (
	inList = strings.NewReplacer(";", "\uff0c", "\uff1b", "\uff0c", "\n", " ", "\r", " ")
	inBars = strings.NewReplacer("|", "\uff5c", ";", "\uff0c", "\uff1b", "\uff0c", "\n", " ", "\r", " ")
	inPart = strings.NewReplacer("/", "\uff0f", "、", "\uff0c")
)

func bars(cells ...string) string {
	for i, c := range cells {
		cells[i] = strings.TrimSpace(inBars.Replace(c))
	}
	return strings.TrimRight(strings.Join(cells, "|"), "|")
}

func listed(list []string) string {
	return joined(list, func(s string) string { return strings.TrimSpace(inList.Replace(s)) })
}

func slashes(list []string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = strings.TrimSpace(inPart.Replace(s))
	}
	return strings.Join(parts, "/")
}

func joined[T any](list []T, text func(T) string) string {
	cells := make([]string, len(list))
	for i, v := range list {
		cells[i] = text(v)
	}
	return strings.Join(cells, ";")
}

// formula tells cells that a spreadsheet program computes.
func formula(s string) bool { return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) }

func unformula(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

// asTyped takes off the apostrophe that unformula puts on.
func asTyped(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && formula(rest) {
		return rest
	}
	return s
}
