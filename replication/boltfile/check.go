package boltfile

import (
	"errors"
	"fmt"
)

// Check reads every page that can be reached and wants of each what bbolt takes
// for granted: its number, its kind, elements inside it, keys in order, one
// reference to it. It takes about half a second per GB from memory. A writer is
// kept out meanwhile; one that is there already gives ErrInUse.
func Check(path string) error {
	b, err := open(path)
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	c := checker{file: b, seen: make([]uint64, b.pages/64+1)}
	if err = errors.Join(c.tree(b.root, nil, nil, 0), b.f.Close()); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	return nil
}

// deepest is far beyond any tree of pages; only a damaged one is deeper.
const deepest = 64

type checker struct {
	*file
	seen []uint64 // bits of pages
}

// tree checks a page and all below it; its keys lie in [low, high).
func (c *checker) tree(id uint64, low, high []byte, depth int) error {
	p, err := c.read(id)
	if err != nil {
		return err
	}
	if depth > deepest {
		return fmt.Errorf("page %d lies too deep", id)
	}
	if err := c.once(&p); err != nil {
		return err
	}
	return c.elements(&p, low, high, depth)
}

// once refuses a second reference to a page.
func (c *checker) once(p *page) error {
	for id := p.id; id <= p.id+p.over; id++ {
		if c.seen[id/64]&(1<<(id%64)) != 0 {
			return fmt.Errorf("page %d is referred to twice", id)
		}
		c.seen[id/64] |= 1 << (id % 64)
	}
	return nil
}

func (c *checker) elements(p *page, low, high []byte, depth int) error {
	var list []element
	for i := range p.count {
		e, err := p.element(i)
		if err != nil {
			return err
		}
		if i == 0 && low != nil && compare(low, e.key) > 0 || i > 0 && compare(list[i-1].key, e.key) >= 0 || high != nil && compare(e.key, high) >= 0 {
			return fmt.Errorf("key %d of page %d is out of order", i, p.id)
		}
		list = append(list, e)
	}
	for i, e := range list {
		next := high
		if i+1 < len(list) {
			next = list[i+1].key
		}
		if err := c.below(p, &e, next, depth); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) below(p *page, e *element, next []byte, depth int) error {
	switch {
	case p.flags == flagBranch:
		return c.tree(e.child, e.key, next, depth+1)
	case !e.bucket:
		return nil
	case len(e.value) < pageHead:
		return fmt.Errorf("bucket %q of page %d is too short", e.key, p.id)
	}
	if root := order.Uint64(e.value); root != 0 {
		return c.tree(root, nil, nil, depth+1)
	}
	in, err := parsePage(0, e.value[pageHead:])
	if err == nil {
		if in.flags != flagLeaf {
			err = errors.New("it is no leaf")
		} else {
			err = c.elements(&in, nil, nil, depth+1)
		}
	}
	if err != nil {
		return fmt.Errorf("bucket %q inside page %d: %w", e.key, p.id, err)
	}
	return nil
}
