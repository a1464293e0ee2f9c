package boltfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
)

// Layout of a page: id u64, flags u16, count u16, overflow u32; then elements.
const (
	pageHead   = 16
	elementLen = 16
	metaLen    = 64
	magic      = 0xED0CDAED
	version    = 2

	flagBranch = 0x01
	flagLeaf   = 0x02

	elementBucket = 0x01 // flag of a leaf element that holds a bucket
)

var order = binary.NativeEndian

// file is an open database and the state that its newest valid meta page names.
type file struct {
	f        *os.File
	size     int64
	pageSize int64
	root     uint64
	pages    uint64 // high water mark: no page has this id or a higher one
}

// ErrInUse says that another process has the file: nothing is known of it.
var ErrInUse = errors.New("another process has the file open")

func open(path string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &file{f: f}
	if err = lock(f); err == nil {
		err = b.measure()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return b, nil
}

func (b *file) measure() error {
	info, err := b.f.Stat()
	if err != nil {
		return err
	}
	b.size = info.Size()
	return b.readMeta()
}

// readMeta takes the valid one of both meta pages with the higher transaction.
// The second begins at a page size that is found by trying, as bbolt does.
func (b *file) readMeta() error {
	var newest uint64
	for at := int64(0); at <= 16<<20; at = max(1024, at*2) {
		m := make([]byte, metaLen)
		if _, err := b.f.ReadAt(m, at+pageHead); err != nil {
			break
		}
		if !validMeta(m) {
			continue
		}
		size := int64(order.Uint32(m[8:]))
		if tx := order.Uint64(m[48:]); (at == 0 || at == size) && (b.pageSize == 0 || tx > newest) {
			newest, b.pageSize, b.root, b.pages = tx, size, order.Uint64(m[16:]), order.Uint64(m[40:])
		}
	}
	if b.pageSize < 1024 {
		return errors.New("neither meta page is valid")
	}
	return nil
}

func validMeta(m []byte) bool {
	sum := fnv.New64a()
	sum.Write(m[:56]) // never fails
	return order.Uint32(m) == magic && order.Uint32(m[4:]) == version && order.Uint64(m[56:]) == sum.Sum64()
}

// page is one page with what overflows from it, or a bucket inside a value.
type page struct {
	id    uint64
	flags uint16
	count int
	over  uint64
	bytes []byte
}

func (b *file) read(id uint64) (p page, err error) {
	if id < 2 || id >= b.pages {
		return p, fmt.Errorf("page %d is out of bounds: %d", id, b.pages)
	}
	head := make([]byte, pageHead)
	if _, err := b.f.ReadAt(head, int64(id)*b.pageSize); err != nil {
		return p, fmt.Errorf("read page %d: %w", id, err)
	}
	over := uint64(order.Uint32(head[12:]))
	if order.Uint64(head) != id || over >= b.pages-id || int64(id+over+1)*b.pageSize > b.size {
		return p, fmt.Errorf("page %d says it is page %d with %d more", id, order.Uint64(head), over)
	}
	all := make([]byte, int64(over+1)*b.pageSize)
	if _, err := b.f.ReadAt(all, int64(id)*b.pageSize); err != nil {
		return p, fmt.Errorf("read page %d: %w", id, err)
	}
	return parsePage(id, all)
}

func parsePage(id uint64, all []byte) (page, error) {
	if len(all) < pageHead {
		return page{}, fmt.Errorf("page %d is too short", id)
	}
	p := page{id: id, flags: order.Uint16(all[8:]), count: int(order.Uint16(all[10:])), over: uint64(order.Uint32(all[12:])), bytes: all}
	switch {
	case p.flags != flagBranch && p.flags != flagLeaf:
		return p, fmt.Errorf("page %d is of no kind that holds data: %#x", id, p.flags)
	case p.flags == flagBranch && p.count == 0:
		return p, fmt.Errorf("branch page %d is empty", id)
	case pageHead+p.count*elementLen > len(all):
		return p, fmt.Errorf("page %d has no room for %d elements", id, p.count)
	}
	return p, nil
}

// element is a key with its child page, or with its value.
type element struct {
	key, value []byte
	child      uint64
	bucket     bool
}

func (p *page) element(i int) (e element, err error) {
	at := pageHead + i*elementLen
	h := p.bytes[at:]
	pos, key, value := uint64(order.Uint32(h)), uint64(order.Uint32(h[4:])), uint64(0)
	if p.flags == flagLeaf {
		e.bucket = order.Uint32(h)&elementBucket != 0
		pos, key, value = uint64(order.Uint32(h[4:])), uint64(order.Uint32(h[8:])), uint64(order.Uint32(h[12:]))
	} else {
		e.child = order.Uint64(h[8:])
	}
	start := uint64(at) + pos
	if start+key+value > uint64(len(p.bytes)) || start < uint64(pageHead+p.count*elementLen) && key+value > 0 {
		return e, fmt.Errorf("element %d of page %d lies outside it", i, p.id)
	}
	e.key, e.value = p.bytes[start:start+key], p.bytes[start+key:start+key+value]
	return e, nil
}

func compare(a, b []byte) int { return bytes.Compare(a, b) }
