package store

import (
	"errors"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// count is one counter that moved since the last commit: its row in the bucket
// of numbers and the last number handed out.
type count struct {
	row  string
	last uint64
}

// Prefixes of rows of the bucket of numbers; the rest of the row says what is counted.
const (
	rowSeries = "doc/" // + protocol.Serial.Series
	rowDay    = "no/"  // + implementation code + "/" + day: case numbers
)

// counted gives the last number a counter handed out.
func (t *Tx) counted(row string) (last uint64, err error) {
	for _, c := range t.g.state.counts {
		if c.row == row {
			return c.last, nil
		}
	}
	_, err = getRow(t.b, bucketNumber, []byte(row), &last)
	return last, err
}

// countTo moves a counter; like the other counters it is undone with its caller
// and is in the redo log with the round.
func (t *Tx) countTo(row string, last uint64) {
	t.g.state.setCount(row, last)
	t.g.changed = true
}

func (st *state) setCount(row string, last uint64) {
	counts := slices.Clone(st.counts)
	if i := slices.IndexFunc(counts, func(c count) bool { return c.row == row }); i >= 0 {
		counts[i].last = last
	} else {
		counts = append(counts, count{row, last})
	}
	st.counts = counts
}

// Self gives the record of this node: its name, divisions and ordinal. A node that has
// not yet got it from the hub knows its own name and nothing else.
func (t *ReadTx) Self(node protocol.NodeID) (*protocol.Node, error) {
	rec, ok, err := fold.Get(t.b, protocol.Ref{Kind: "node", ID: string(node)})
	if err != nil || !ok {
		return &protocol.Node{ID: node, Name: string(node)}, err
	}
	return protocol.Load[protocol.Node](rec)
}

// NextSerial hands out the number of a document (cases.md §9): counted per place,
// template and year of this transaction's instant. A number is handed out at most
// once; one whose transaction is undone is free again.
func (t *Tx) NextSerial(template int) (protocol.Serial, error) {
	self, err := t.Self(t.g.s.config.Node)
	if err != nil {
		return protocol.Serial{}, err
	}
	s := protocol.Serial{Place: self.PlaceCode(), Template: template, Year: t.now.Time().Year(), Ordinal: self.SerialOrdinal(), Counter: 1}
	row := rowSeries + s.Series()
	last, err := t.counted(row)
	if err != nil {
		return s, err
	}
	s.Counter = int(last) + 1
	if err := s.Validate(); err != nil {
		return s, &protocol.Fault{Code: protocol.Full, Op: "next serial", Text: err.Error()}
	}
	t.countTo(row, last+1)
	return s, nil
}

// NextCaseNumber hands out the statutory number of a case (cases.N-02): counted per
// implementation code and day within the range of this node, which is wider for the
// items of its own agencies. "" says that the range is used up, that this node
// has none yet, or that the code bears no number: the case goes on and its number follows (N-03).
func (t *Tx) NextCaseNumber(implCode string, own bool) (string, error) {
	self, err := t.Self(t.g.s.config.Node)
	if err != nil {
		return "", err
	}
	run, ok := protocol.SequenceOf(own, self.SerialOrdinal())
	if !ok || protocol.CheckImplCode(implCode) != nil { // an item from elsewhere may have a code that bears no number
		return "", nil
	}
	day := t.now.Day()
	row := dayRow(implCode, day.String(), run)
	last, err := t.counted(row)
	if err != nil {
		return "", err
	}
	seq := max(int(last)+1, run.First)
	if seq > run.Last {
		return "", nil
	}
	no, bad := protocol.ComposeCaseNumber(implCode, day, seq, run)
	if bad != nil {
		return "", bad.Fault("next case number", protocol.Ref{})
	}
	t.countTo(row, uint64(seq))
	return no, nil
}

// DayNumbers is the gap report of one implementation code and day (cases.N-04): of
// the numbers handed out here, those a case bears, those that are void, and how many
// of the range were never handed out.
type DayNumbers struct {
	Code   string            `json:"code"`
	Day    protocol.Day      `json:"day"`
	Range  protocol.Sequence `json:"range"`
	Used   []string          `json:"used,omitempty"`
	Void   []string          `json:"void,omitempty"`
	Unused int               `json:"unused"`
}

// Numbers lists the gap report of a day, code by code.
func (t *ReadTx) Numbers(node protocol.NodeID, day protocol.Day) (all []DayNumbers, err error) {
	self, err := t.Self(node)
	if err != nil {
		return nil, err
	}
	c := t.b.Bucket(bucketNumber).Cursor()
	for k, _ := c.Seek([]byte(rowDay)); k != nil && strings.HasPrefix(string(k), rowDay); k, _ = c.Next() {
		parts := strings.Split(string(k), "/")
		if len(parts) != 4 || parts[2] != day.String() {
			continue
		}
		var last uint64
		if _, err := getRow(t.b, bucketNumber, slices.Clone(k), &last); err != nil {
			return nil, err
		}
		own := parts[3] == "1"
		run, _ := protocol.SequenceOf(own, self.SerialOrdinal())
		report := DayNumbers{Code: parts[1], Day: day, Range: run, Unused: run.Last - int(last)}
		for seq := run.First; seq <= int(last); seq++ {
			no, bad := protocol.ComposeCaseNumber(parts[1], day, seq, run)
			if bad != nil {
				return nil, errors.New(bad.Text)
			}
			if len(findKey(t.b, "case", no)) > 0 {
				report.Used = append(report.Used, no)
			} else {
				report.Void = append(report.Void, no)
			}
		}
		all = append(all, report)
	}
	return all, nil
}
