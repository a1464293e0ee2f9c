package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestMedianIsTheMiddleOfTheRepetitions(t *testing.T) {
	for _, row := range []struct {
		list []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(row.list); got != row.want {
			t.Errorf("median of %v is %v, want %v", row.list, got, row.want)
		}
	}
}

func TestSpreadOfManyDurations(t *testing.T) {
	var list []time.Duration
	for i := range 200 {
		list = append(list, time.Duration(200-i))
	}
	if s := spreadOf(list); s != (spread{N: 200, P50: 101, P99: 199}) {
		t.Errorf("%+v", s)
	}
}

func TestTableSaysWhichBarsHold(t *testing.T) {
	b := newTable()
	b.limits(limits{append1: spread{P50: 200 * time.Microsecond}})
	b.add("A1", 0.3) // twice 0.2 holds
	b.add("X1", 9)   // three times four fdatasyncs does not
	var out bytes.Buffer
	if err := b.print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A1", "yes", "X1", "NO", "peers: none"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "W1") {
		t.Errorf("a row that was not measured is shown:\n%s", out.String())
	}
}

func TestFilingIsAboutOneKiBAndLegal(t *testing.T) {
	w := &writer{origin: "yanbian", epoch: 1}
	e, err := w.entry(&put{run: "w1-1", n: 7})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(e.Body); n < 900 || n > 1150 {
		t.Errorf("body of %d bytes", n)
	}
}
