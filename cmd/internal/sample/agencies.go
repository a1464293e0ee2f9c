package sample

import (
	"fmt"
	"slices"

	"xiangyun/protocol"
)

// department is a line of duty that every node has an agency for.
type department struct {
	Key      string `json:"key"`
	No       int    `json:"no"`
	Name     string `json:"name"`     // of the agency in a prefecture
	Province string `json:"province"` // of the provincial agency
}

// Agencies lists the agencies of a node as drafts for the act "register": those
// that own service items, and those that own catalogue entries only.
func Agencies(id protocol.NodeID) []protocol.Agency {
	n, ok := find(id)
	if !ok {
		return nil
	}
	var list []protocol.Agency
	for _, d := range departmentTable() {
		list = append(list, n.agency(d))
	}
	return list
}

func (n node) agency(d department) protocol.Agency {
	a := protocol.Agency{USCC: n.uscc(d.No), Name: n.area() + d.Name, Node: n.ID, State: protocol.AgencyActive, Phone: phone(n.no*100 + d.No)}
	if n.provincial() {
		a.Name = n.area() + d.Province
	} else if province, ok := find(provincialNode); ok {
		a.Parent = province.uscc(d.No)
	}
	if len(n.Divisions) > 0 {
		a.Division = n.Divisions[0]
	}
	return a
}

// uscc is the code of a department's agency at n: an agency (11) of the node's
// division with an organisation code of the free range.
func (n node) uscc(department int) string {
	return withChecks(fmt.Sprintf("11%sPDY%02d%03d", n.division(), n.no, department))
}

// withChecks adds the check character of the organisation code and of the whole
// code to the 16 characters before them. It tries what the checks of package
// protocol accept, so that the weights are written down in one place only.
func withChecks(s string) string {
	for _, org := range "0123456789X" {
		for _, last := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
			code := s + string(org) + string(last)
			if protocol.CheckUSCC(code) == nil && protocol.WarnOrgCode(code) == nil {
				return code
			}
		}
	}
	panic("sample: no check characters for " + s)
}

// phone is a number that nobody can have.
func phone(n int) string { return fmt.Sprintf("000-%08d", n) }

// agencies gives the agency of each line of duty, by the key of its department.
func (n node) agencies() map[string]protocol.Agency {
	list := make(map[string]protocol.Agency)
	for _, d := range departmentTable() {
		list[d.Key] = n.agency(d)
	}
	return list
}

// lookup finds a department by its key; an unknown key is a programmer's error.
func lookup(key string) department {
	list := departmentTable()
	i := slices.IndexFunc(list, func(d department) bool { return d.Key == key })
	if i < 0 {
		panic("sample: no department " + key)
	}
	return list[i]
}
