package boltfile

// Tally counts the rows of each bucket of a damaged file as far as pages can
// still be read: at least so many there were. A file that cannot be read at all
// gives nothing.
func Tally(path string) map[string]int {
	rows := make(map[string]int)
	b, err := open(path)
	if err != nil {
		return rows
	}
	defer b.f.Close()
	t := tally{file: b, seen: make(map[uint64]bool)}
	t.each(b.root, func(e *element) {
		if !e.bucket || len(e.value) < pageHead {
			return
		}
		name := string(e.key)
		count := func(*element) { rows[name]++ }
		if root := order.Uint64(e.value); root != 0 {
			t.each(root, count)
		} else if in, err := parsePage(0, e.value[pageHead:]); err == nil {
			t.leaf(&in, count)
		}
	})
	return rows
}

type tally struct {
	*file
	seen map[uint64]bool
}

// each calls fn for the rows below a page that can be read.
func (t *tally) each(id uint64, fn func(*element)) {
	p, err := t.read(id)
	if err != nil || t.seen[id] {
		return
	}
	t.seen[id] = true
	if p.flags == flagLeaf {
		t.leaf(&p, fn)
		return
	}
	for i := range p.count {
		if e, err := p.element(i); err == nil {
			t.each(e.child, fn)
		}
	}
}

func (t *tally) leaf(p *page, fn func(*element)) {
	for i := range p.count {
		if e, err := p.element(i); err == nil {
			fn(&e)
		}
	}
}
