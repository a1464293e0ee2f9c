package search

import (
	"bytes"
	"reflect"
	"testing"

	"xiangyun/protocol"
)

func sampleDoc() *Doc {
	return &Doc{
		Ref: protocol.Ref{Kind: "item", ID: "a/1"}, Epoch: 3, Rev: 9, At: 1772413200000,
		Terms: protocol.Terms{
			Title: "失业保险金申领", State: "in_force", Text: "延边州人社局",
			Facets: []protocol.Facet{{Name: "division", Value: "222400"}, {Name: "base", Value: "人口"}},
			Keys:   []string{"11220000MB123456"},
		},
	}
}

func TestDocumentComesBackAsItWasStored(t *testing.T) {
	want := sampleDoc()
	d, err := decodeDoc(encodeDoc(want))
	if err != nil {
		t.Fatal(err)
	}
	got := Doc{
		Ref: protocol.Ref{Kind: protocol.KindName(d.kind), ID: string(d.id)}, Epoch: 3, Rev: 9, At: d.at,
		Terms: protocol.Terms{Title: string(d.title), State: string(d.state), Text: string(d.text)},
	}
	d.eachFacet(func(n, v []byte) {
		got.Terms.Facets = append(got.Terms.Facets, protocol.Facet{Name: string(n), Value: string(v)})
	})
	d.eachKey(func(k []byte) { got.Terms.Keys = append(got.Terms.Keys, string(k)) })
	if !reflect.DeepEqual(&got, want) {
		t.Fatalf("got %+v", got)
	}
}

func TestFlippedBitIsDamage(t *testing.T) { // pitfalls.B3
	value := seal(encodeDoc(sampleDoc()))
	for i := range value {
		bad := bytes.Clone(value)
		bad[i] ^= 0x10
		if _, err := open(bad); !Damaged(err) {
			t.Fatalf("bit flip in byte %d: %v", i, err)
		}
	}
	if _, err := open(nil); !Damaged(err) {
		t.Fatal("an absent value is damage")
	}
}

func FuzzDecodeValue(f *testing.F) {
	f.Add(encodeDoc(sampleDoc()))
	f.Add(version{handle: 7, epoch: 1, rev: 2, gone: true}.encode())
	f.Add((&state{next: 1, nextSeg: 2, live: 3, segs: []segment{{4, 5}}}).encode())
	f.Add(sampleBlock(f))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if d, err := decodeDoc(payload); err == nil {
			d.eachFacet(func(_, _ []byte) {})
			d.eachKey(func([]byte) {})
			d.lists()
		} else if !Damaged(err) {
			t.Fatal(err)
		}
		decodeVersion(payload)
		decodeState(payload)
		r := blockReader{f: fields{b: payload}}
		for r.more() {
			if err := r.next(); err != nil {
				break
			}
			p := postings{rest: r.postings}
			for len(p.rest) > 0 && p.next() == nil {
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(place{inText, 12345}.String())
	f.Add("")
	f.Add("zz")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePlace(s)
		switch {
		case err != nil:
			if protocol.CodeOf(err) != protocol.Malformed {
				t.Fatal(err)
			}
		case p != nil:
			if again, err := parsePlace(p.String()); err != nil || *again != *p {
				t.Fatalf("%q became %v, %v", s, again, err)
			}
		}
	})
}

func sampleBlock(tb testing.TB) []byte {
	var out []byte
	w := blockWriter{put: func(_, v []byte) error { out = bytes.Clone(v); return nil }}
	for _, term := range []string{"失", "失业", "业"} {
		if err := w.add([]byte(term), encodeValues([]uint64{1, 4, 300}), 1); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.flush(); err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestLongPostingListsAreSplitAcrossBlocks(t *testing.T) {
	var want []uint64
	for i := range uint64(50_000) {
		want = append(want, i*3)
	}
	var keys, blocks [][]byte
	w := blockWriter{put: func(k, v []byte) error {
		keys, blocks = append(keys, bytes.Clone(k)), append(blocks, bytes.Clone(v))
		return nil
	}}
	for _, term := range []string{"a", "b", "c"} {
		if err := w.add([]byte(term), encodeValues(want), want[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.flush(); err != nil {
		t.Fatal(err)
	}
	got := map[string][]uint64{}
	for i, b := range blocks {
		if i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0 {
			t.Fatal("keys of blocks do not rise")
		}
		if len(b) > blockSize+blockSize/2 {
			t.Fatalf("block of %d bytes", len(b))
		}
		r := blockReader{f: fields{b: b}}
		for r.more() {
			if err := r.next(); err != nil {
				t.Fatal(err)
			}
			p := postings{rest: r.postings}
			for len(p.rest) > 0 {
				if err := p.next(); err != nil {
					t.Fatal(err)
				}
				got[string(r.term)] = append(got[string(r.term)], p.last)
			}
		}
	}
	for _, term := range []string{"a", "b", "c"} {
		if !reflect.DeepEqual(got[term], want) {
			t.Fatalf("term %s came back with %d values", term, len(got[term]))
		}
	}
}
