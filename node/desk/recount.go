package desk

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// recount is K-cal-2: a calendar came, or was revised, and every open clock here
// that counts with its year gets its day anew, in the history with the old one. A
// pass that was cut short is taken up again: what has its new day already is left.
func (d *Desk) recount(ctx context.Context, calendar protocol.Ref) error {
	var refs []protocol.Ref
	var years []protocol.CalendarYear
	var mark string
	err := d.Store.View(func(tx *store.ReadTx) (err error) {
		if mark, err = passOf(tx, calendar); mark == "" || err != nil {
			return err
		}
		refs, years, err = running(tx, calendar)
		return err
	})
	if mark == "" || err != nil || d.Store.ClockDoubted() {
		return err
	}
	for part := range slices.Chunk(refs, together) {
		duties, err := d.recounts(ctx, part, years)
		if err == nil {
			err = d.perform(ctx, duties)
		}
		if err != nil {
			return err
		}
	}
	return d.Store.Update(ctx, func(tx *store.Tx) error { return tx.Keep(mark, store.Kept{Ref: calendar}) })
}

// passOf names the pass over the clocks that a calendar's version demands; empty
// when it is done, or the calendar is not here.
func passOf(tx *store.ReadTx, calendar protocol.Ref) (string, error) {
	rec, ok, err := tx.Get(calendar)
	if err != nil || !ok {
		return "", err
	}
	mark := fmt.Sprintf("recount/%s@%d", calendar.ID, rec.Rev)
	if _, done, err := tx.Kept(mark); done || err != nil {
		return "", err
	}
	return mark, nil
}

// unfinished are the calendars whose pass is still to be made: those by which a
// clock that runs now may count.
func unfinished(tx *store.ReadTx, now protocol.Instant) (refs []protocol.Ref, err error) {
	for year := now.Time().Year() - 1; year <= now.Time().Year()+1 && err == nil; year++ {
		mark := ""
		if mark, err = passOf(tx, protocol.CalendarRef(year)); mark != "" {
			refs = append(refs, protocol.CalendarRef(year))
		}
	}
	return refs, err
}

// running gives the cases with a clock that ends in the calendar's year or later,
// from the index of due days, and the years to count with.
func running(tx *store.ReadTx, calendar protocol.Ref) (refs []protocol.Ref, years []protocol.CalendarYear, err error) {
	year, err := strconv.Atoi(calendar.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("calendar %s: %w", calendar, err)
	}
	seen := map[protocol.Ref]bool{}
	for _, l := range tx.Lapsed(protocol.At(protocol.Day{Year: year, Month: 1, Dom: 1}.Time())-1, math.MaxInt64-1, math.MaxInt) {
		if l.Ref.Kind == "case" && !seen[l.Ref] {
			seen[l.Ref] = true
			refs = append(refs, l.Ref)
		}
	}
	err = tx.Each("calendar", func(rec protocol.Record) error {
		y, err := protocol.Load[protocol.CalendarYear](rec)
		if err == nil {
			years = append(years, *y)
		}
		return err
	})
	return refs, years, err
}

func (d *Desk) recounts(ctx context.Context, refs []protocol.Ref, years []protocol.CalendarYear) (list []duty, err error) {
	records, err := d.Store.Current(ctx, refs)
	if err != nil {
		return nil, err
	}
	for _, rec := range records {
		if rec.Home != d.Node {
			continue
		}
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			return nil, err
		}
		if c.State == protocol.CaseHandingOver || !c.Recounts(d.Store.Now(), years) {
			continue
		}
		list = append(list, duty{ref: rec.Ref, do: func(tx *store.Tx) error {
			_, err := d.turn(tx, rec.Ref, "recount", protocol.Case{})
			return err
		}})
	}
	return list, nil
}
