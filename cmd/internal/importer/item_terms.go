package importer

import (
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// itemTerms reads the cells of a row that art. 31 wants complete, and tells every
// one that cannot be read. What is missing is for protocol.CheckItem to say.
func itemTerms(r row, f *protocol.ItemFiling) (found []Finding) {
	i := &f.Item
	bad := func(field, rule string, err error) {
		if err != nil {
			found = append(found, Finding{r.line, field, rule, err.Error()})
		}
	}
	i.Targets, i.Forms, i.Nature = coded(r.get("targets"), protocol.ItemTargets), coded(r.get("forms"), protocol.ItemForms), coded1(r.get("nature"), protocol.ItemNatures)
	i.DelegatedBy, i.Process, i.Contact, i.Complaints = r.get("delegated_by"), r.get("process"), r.get("contact"), r.get("complaints")
	i.VisitsReason, i.FeeBasis, i.C1, i.Mandatory = r.get("visits_reason"), parts(r.get("fee_basis")), r.get("c1_effect"), r.get("mandatory")
	i.HandleCode, i.ObjectField = protocol.NormalizeCode(r.get("handle_code")), r.get("object")
	for _, cells := range piped(r.get("places")) {
		i.Places = append(i.Places, protocol.ItemPlace{Address: cells[0], Hours: cells[1], Name: cells[2], Phone: cells[3]})
	}
	for _, cells := range piped(r.get("results")) {
		i.Results = append(i.Results, protocol.ItemResult{Name: cells[0], Type: either(cells[1], "document"), Licence: cells[2]})
	}
	for _, cells := range piped(r.get("form")) {
		f.Guide.Form = append(f.Guide.Form, protocol.FormField{Name: cells[0], Type: either(cells[1], "text"), Options: slashed(cells[2])})
	}
	if cells := piped(r.get("exempt")); len(cells) > 0 {
		i.Exempt = &protocol.ItemExempt{Reason: cells[0][0], Basis: cells[0][1]}
	}
	var err error
	i.EndsAt, err = dayOf(r.get("ends_at"))
	bad("ends_at", "I-13", err)
	i.Correction, err = limitOf(r.get("correction"))
	bad("correction", "G-09", err)
	bad("joint_limit", "I-03", jointOf(r, i))
	bad("special", "I-12", specialOf(r, i))
	bad("owed", "I-11", owedOf(r, i))
	return found
}

func jointOf(r row, i *protocol.Item) (err error) {
	agencies := parts(r.get("joint"))
	if len(agencies) == 0 {
		return nil
	}
	i.Joint = &protocol.ItemJoint{}
	for _, code := range agencies {
		i.Joint.Agencies = append(i.Joint.Agencies, protocol.NormalizeCode(code))
	}
	i.Joint.Legal, err = limitOf(r.get("joint_limit"))
	return err
}

func specialOf(r row, i *protocol.Item) error {
	for _, cells := range piped(r.get("special")) {
		longest, err := limitOf(cells[1])
		if err != nil {
			return fmt.Errorf("特别程序“%s”: %w", cells[0], err)
		}
		i.Special = append(i.Special, protocol.ItemStep{Kind: cells[0], Max: longest})
	}
	return nil
}

// owedOf: a filled cell allows 容缺; the word 承诺 is the promised time.
func owedOf(r row, i *protocol.Item) (err error) {
	switch text := r.get("owed"); text {
	case "", "否", "无", "不容缺":
		return nil
	case "承诺", "是":
		i.Owed = &protocol.ItemOwed{Allowed: true}
		return nil
	default:
		i.Owed = &protocol.ItemOwed{Allowed: true}
		i.Owed.Limit, err = limitOf(text)
		return err
	}
}

// piped reads values of several cells each, "a|b|c"; what is left out is empty.
func piped(s string) (list [][4]string) {
	for _, part := range parts(s) {
		var cells [4]string
		for i, c := range strings.SplitN(part, "|", len(cells)) {
			cells[i] = strings.TrimSpace(c)
		}
		list = append(list, cells)
	}
	return list
}

func slashed(s string) (list []string) {
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '、' }) {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

func either(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// coded turns the titles of a closed list into its codes; other words are left
// for the rule of the field to refuse.
func coded(s string, list []struct{ Code, Title string }) (codes []string) {
	for _, p := range parts(s) {
		codes = append(codes, coded1(p, list))
	}
	return codes
}

func coded1(s string, list []struct{ Code, Title string }) string {
	for _, k := range list {
		if k.Title == s {
			return k.Code
		}
	}
	return s
}
