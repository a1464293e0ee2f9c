package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"xiangyun/cmd/internal/demo"
	"xiangyun/protocol"
)

// What the trials exist to find is found when it is planted (proof.md).

func told(receipts ...demo.Receipt) *history {
	h := newHistory()
	for _, r := range receipts {
		h.note(r, time.Millisecond, nil)
	}
	return h
}

var (
	one   = demo.Receipt{ID: "yanbian-1-00000001-T", ReceiptNo: "220000000001V"}
	two   = demo.Receipt{ID: "yanbian-1-00000002-R", ReceiptNo: "220000000002T"}
	three = demo.Receipt{ID: "yanbian-1-00000003-P", ReceiptNo: "220000000003R"}
)

func row(r demo.Receipt) demo.CaseRow {
	return demo.CaseRow{ID: r.ID, ReceiptNo: r.ReceiptNo, State: protocol.CaseArrived}
}

func TestPlantedFaultsOfAPlace(t *testing.T) {
	stuck, renumbered := row(two), row(two)
	stuck.State, renumbered.ReceiptNo = protocol.CaseHandingOver, three.ReceiptNo
	for _, c := range []struct {
		name string
		rows []demo.CaseRow
		want string // "" is no fault
	}{
		{"exactly what was acknowledged", []demo.CaseRow{row(two), row(one)}, ""},
		{"a lost case", []demo.CaseRow{row(one)}, two.ID + " 0 times (1 of 2 found)"},
		{"nothing at all", nil, one.ID + " 0 times"},
		{"a doubled case", []demo.CaseRow{row(one), row(two), row(two)}, two.ID + " 2 times"},
		{"a case nobody took in", []demo.CaseRow{row(one), row(two), row(three)}, "nobody acknowledged"},
		{"another number than on the receipt", []demo.CaseRow{row(one), renumbered}, "the receipt says " + two.ReceiptNo},
		{"a case that never arrived", []demo.CaseRow{row(one), stuck}, "not handed over"},
	} {
		t.Run(c.name, func(t *testing.T) { wants(t, told(one, two).compare("the hub", c.rows), c.want) })
	}
}

func TestPlantedFaultsOfTheWindow(t *testing.T) {
	sameCase, sameNumber := two, two
	sameCase.ID, sameNumber.ReceiptNo = one.ID, one.ReceiptNo
	failed := told(one)
	failed.note(demo.Receipt{}, 0, errors.New("disk full"))
	for _, c := range []struct {
		name string
		h    *history
		want string
	}{
		{"two applications, two receipts", told(one, two), ""},
		{"one case for two applications", told(one, sameCase), "case " + one.ID + " was handed out for two"},
		{"one number for two applications", told(one, sameNumber), "number " + one.ReceiptNo + " was handed out for two"},
		{"an application refused", failed, "1 of 2 acceptances failed, the first: disk full"},
		{"an application without an answer", told(one), "1 of 2 applications were acknowledged"},
	} {
		t.Run(c.name, func(t *testing.T) { wants(t, c.h.whole(2), c.want) })
	}
}

func life(index uint64, acts ...string) (steps []demo.HubStep) {
	for i, act := range acts {
		steps = append(steps, demo.HubStep{Act: act, Rev: uint64(i + 1), Index: index + uint64(i/2)})
	}
	return steps
}

func TestPlantedFaultsOfTheOrder(t *testing.T) {
	good := func(index uint64) []demo.HubStep { return life(index, "receive", "hand_over", "acknowledge") }
	falling := good(9)
	falling[2].Index = 8
	for _, c := range []struct {
		name   string
		second []demo.HubStep
		want   string
	}{
		{"after the first", good(9), ""},
		{"in one batch with the first", good(7), ""},
		{"before the first", good(6), two.ID + " was decided at index 6, before " + one.ID},
		{"arrived twice", life(9, "receive", "hand_over", "acknowledge", "acknowledge"), "4 steps"},
		{"taken in twice", life(9, "receive", "receive", "hand_over"), "step 2"},
		{"never arrived", life(9, "receive", "hand_over"), "2 steps"},
		{"arrived before it was handed over", life(9, "receive", "acknowledge", "hand_over"), "step 2"},
		{"no history", nil, "0 steps"},
		{"a step before the one it follows", falling, "index 8 after 9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wants(t, inOrder(map[string][]demo.HubStep{one.ID: good(7), two.ID: c.second}), c.want)
		})
	}
}

func wants(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil && want != "" {
		t.Errorf("not found; want %q", want)
	}
	if err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
		t.Errorf("got %q, want %q", err, want)
	}
}
