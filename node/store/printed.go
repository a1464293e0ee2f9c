package store

import (
	"context"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Which documents have been printed is this place's own knowledge: the hub never
// asks. A series keeps the runs of its numbers that are settled, printed or void;
// what lies between them waits (cases.F-12). A document keeps when it was printed.

// Print is one printing of a document.
type Print struct {
	By string           `json:"by"`
	At protocol.Instant `json:"at"`
}

// maxPrints bounds the log of one document; the first and the last ones stay.
const maxPrints = 50

// run of settled numbers, both ends included.
type run struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

const (
	rowRuns   = "run/" // + series
	rowPrints = "log/" // + serial
)

// Printed notes that a person printed a document here, the first time or again.
func (s *Store) Printed(ctx context.Context, serial protocol.Serial, by string) error {
	return s.do(ctx, false, func(g *group) error {
		var log []Print
		row := []byte(rowPrints + serial.String())
		if _, err := getRow(g.tx, bucketPaper, row, &log); err != nil {
			return err
		}
		if log = append(log, Print{by, g.s.clock.stamp()}); len(log) > maxPrints {
			log = slices.Delete(log, 1, 2)
		}
		if err := putRow(g.write(), bucketPaper, row, log); err != nil {
			return err
		}
		return settleNumber(g.tx, serial)
	})
}

func settleNumber(tx *bbolt.Tx, serial protocol.Serial) error {
	var runs []run
	row := []byte(rowRuns + serial.Series())
	if _, err := getRow(tx, bucketPaper, row, &runs); err != nil {
		return err
	}
	return putRow(tx, bucketPaper, row, joined(runs, uint64(serial.Counter)))
}

// joined adds n to runs that are in order and apart.
func joined(runs []run, n uint64) []run {
	i, found := slices.BinarySearchFunc(runs, n, func(r run, n uint64) int {
		switch {
		case r.To < n:
			return -1
		case r.From > n:
			return 1
		}
		return 0
	})
	if found {
		return runs
	}
	runs = slices.Insert(slices.Clone(runs), i, run{n, n})
	if i+1 < len(runs) && runs[i+1].From == n+1 {
		runs[i].To = runs[i+1].To
		runs = slices.Delete(runs, i+1, i+2)
	}
	if i > 0 && runs[i-1].To == n-1 {
		runs[i-1].To = runs[i].To
		runs = slices.Delete(runs, i, i+1)
	}
	return runs
}

// Prints lists when a document was printed here.
func (t *ReadTx) Prints(serial string) (log []Print, err error) {
	_, err = getRow(t.b, bucketPaper, []byte(rowPrints+serial), &log)
	return log, err
}

// Unprinted is a number that was handed out here and not printed. Case is the zero
// Ref for a void one: its act was undone by the hub, and the number stays used.
type Unprinted struct {
	Serial protocol.Serial
	Case   protocol.Ref
}

// Unprinted lists up to most numbers that nobody has printed, the newest of each
// series first.
func (t *ReadTx) Unprinted(most int) (list []Unprinted, err error) {
	c := t.b.Bucket(bucketNumber).Cursor()
	for k, _ := c.Seek([]byte(rowSeries)); k != nil && strings.HasPrefix(string(k), rowSeries) && len(list) < most; k, _ = c.Next() {
		more, err := t.unprintedOf(strings.TrimPrefix(string(k), rowSeries), most-len(list))
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

func (t *ReadTx) unprintedOf(series string, most int) (list []Unprinted, err error) {
	var last uint64
	if _, err := getRow(t.b, bucketNumber, []byte(rowSeries+series), &last); err != nil {
		return nil, err
	}
	var runs []run
	if _, err := getRow(t.b, bucketPaper, []byte(rowRuns+series), &runs); err != nil {
		return nil, err
	}
	serial, err := protocol.ParseSerial(series + "000001")
	if err != nil {
		return nil, damaged("number "+series, err)
	}
	for n := last; n > 0 && len(list) < most; n-- {
		if i := len(runs) - 1; i >= 0 && runs[i].To == n {
			n, runs = runs[i].From, runs[:i]
			continue
		}
		serial.Counter = int(n)
		u := Unprinted{Serial: serial}
		if refs := findKey(t.b, "case", serial.String()); len(refs) > 0 {
			u.Case = refs[0]
		}
		list = append(list, u)
	}
	return list, nil
}
