// Package sample holds the sample province that the demo and the tests of whole
// provinces run on: agencies, accounts, service items with their guides,
// catalogue entries, applicants and scans. Everything in it was written for this
// project. Nobody in it exists, and its codes lie in ranges that are left free for
// such use: organisations carry codes PDY00001 to PDY99999 of GB 11714, people
// carry the region 110105 that the examples of GB 11643 use.
//
// It is not a generator of load: every call gives the same data for a node, and
// equal calls give equal bytes. What it returns belongs to the caller.
package sample

import "xiangyun/protocol"

// node is one of the standard nodes with its place in the list, which the codes
// of its agencies and entries are made from.
type node struct {
	protocol.NodePlan
	no int // counted from 1
}

// find gives the plan of a standard node; there is no sample data for others.
func find(id protocol.NodeID) (node, bool) {
	for i, plan := range protocol.StandardNodes() {
		if plan.ID == id {
			return node{plan, i + 1}, true
		}
	}
	return node{}, false
}

// division is the division that codes of the node's things carry. A node without
// a division of its own stands under the province.
func (n node) division() protocol.Division {
	if len(n.Divisions) == 0 {
		return provinceDivision
	}
	return n.Divisions[0]
}

const (
	provinceDivision protocol.Division = "220000"
	provincialNode   protocol.NodeID   = "shengzhi"
)

// provincial reports whether n is the node of the provincial departments.
func (n node) provincial() bool { return n.ID == provincialNode }

// area is the name that stands in front of an agency or a resource.
func (n node) area() string {
	if n.provincial() {
		return "吉林省"
	}
	return n.Name
}
