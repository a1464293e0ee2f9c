package importer

import (
	"fmt"

	"xiangyun/protocol"
)

// Codes says what the codes of one source mean here. Foreign codes are not
// portable: one family writes 1 for 即办件 and 2 for 承诺件, another the reverse, so
// a mapping belongs to a named source and there is none by default (cases.I-14).
type Codes struct {
	Source string
	Of     map[string]map[string]string // type, case_type or scope → foreign code → ours
}

// foreignFields are the columns whose codes differ between systems.
var foreignFields = []string{"type", "case_type", "scope"}

// ReadCodes reads a mapping: CSV rows of field, foreign code and ours.
func ReadCodes(source string, rows [][3]string) (Codes, error) {
	c := Codes{Source: source, Of: make(map[string]map[string]string)}
	for n, r := range rows {
		if r[0] != "type" && r[0] != "case_type" && r[0] != "scope" || r[1] == "" || r[2] == "" {
			return c, refused("I-14", "每行三列: 字段(type、case_type、scope),原系统代码,本省代码", "对应表第 %d 行不完整", n+1)
		}
		if c.Of[r[0]] == nil {
			c.Of[r[0]] = make(map[string]string)
		}
		if had, twice := c.Of[r[0]][r[1]]; twice && had != r[2] {
			return c, refused("I-14", "", "对应表第 %d 行: %s 的代码 %s 有两种含义", n+1, r[0], r[1])
		}
		c.Of[r[0]][r[1]] = r[2]
	}
	return c, nil
}

// translate puts our code where the row has one of the source and keeps the
// source's beside it. With a mapping at hand a code that it does not name is
// unmapped, even when it happens to look like one of ours.
func (c Codes) translate(r row, i *protocol.Item) (found []Finding) {
	if c.Source == "" {
		return nil
	}
	to := map[string]*string{"type": &i.Type, "case_type": &i.CaseType, "scope": &i.Scope}
	for _, field := range foreignFields {
		code := r.cells[field]
		if code == "" || c.Of[field] == nil {
			continue
		}
		ours, ok := c.Of[field][code]
		if !ok {
			found = append(found, Finding{r.line, field, "I-14", fmt.Sprintf("%s的代码“%s”在来源“%s”的对应表中没有;请补充对应关系后重新导入本行", titleOf(field), code, c.Source)})
			continue
		}
		*to[field] = ours
		i.Foreign = append(i.Foreign, protocol.Foreign{Source: c.Source, Field: field, Code: code})
	}
	return found
}

func titleOf(name string) string {
	for _, c := range ItemColumns {
		if c.Name == name {
			return c.Title
		}
	}
	return name
}

// UnmappedOnly reports whether nothing is wrong with a sheet but codes that the
// source's mapping does not name: such rows go to the report and the others go
// on (cases.I-14).
func (s *Sheet[T]) UnmappedOnly() bool {
	for _, f := range s.Findings {
		if f.Rule != "I-14" {
			return false
		}
	}
	return true
}
