package quorum

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// openSegmentLog opens or creates the log in dir with segments of size bytes.
func openSegmentLog(dir string, size uint64) (*segmentLog, error) {
	if err := makeDir(dir); err != nil {
		return nil, fmt.Errorf("open raft log: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open raft log: %w", err)
	}
	s := &segmentLog{dir: dir, size: size, lock: lock, seq: 1, buf: make([]byte, batchHeader, 64<<10), failed: make(chan struct{})}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("open raft log in %s: %w", filepath.Base(dir), errors.Join(err, s.closeFiles()))
	}
	return s, nil
}

// makeDir makes dir durable in its parent (pitfalls.W1).
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func (s *segmentLog) load() error {
	if err := lockFile(s.lock); err != nil {
		return err
	}
	paths, err := listSegments(s.dir)
	if err != nil {
		return err
	}
	if s.stable, err = openStable(s.dir, len(paths) == 0); err != nil {
		return err
	}
	if len(paths) == 0 {
		return s.begin()
	}
	for i, path := range paths {
		seg, err := openSegment(path)
		if err != nil {
			return err
		}
		s.segs = append(s.segs, seg)
		if err := s.replay(seg, i == len(paths)-1); err != nil {
			return fmt.Errorf("segment %d: %w", seg.serial, err)
		}
	}
	if cap(s.buf) > maxKeptBuffer {
		s.buf = make([]byte, batchHeader, 64<<10)
	}
	return s.dropSegments()
}

// begin makes the first segment. Stable values without any segment mean that
// somebody took the log away: this server would forget what it promised.
func (s *segmentLog) begin() error {
	if len(s.stable.values) > 0 {
		return damaged("the server has voted before but its log segments are gone")
	}
	seg, err := createSegment(s.dir, segmentHeader{serial: 1, firstBatch: 1, size: s.size})
	if err != nil {
		return err
	}
	s.segs = []*segment{seg}
	return nil
}

// listSegments gives the segment files in order and clears what a crash left
// of unfinished ones.
func listSegments(dir string) ([]string, error) {
	leftovers, err := filepath.Glob(filepath.Join(dir, "*.tmp"))
	if err != nil {
		return nil, err
	}
	for _, path := range leftovers {
		if err := removeIfThere(path); err != nil {
			return nil, err
		}
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	slices.Sort(paths) // names are fixed-width hexadecimal serials
	return paths, err
}

// replay reads all batches of seg into the index. Only the last segment may end
// in a torn batch; everywhere else a batch that does not verify is damage.
func (s *segmentLog) replay(seg *segment, last bool) error {
	if n := len(s.segs); n == 1 {
		s.seq = seg.firstBatch
	} else if before := s.segs[n-2]; seg.serial != before.serial+1 || seg.firstBatch != s.seq {
		return damaged("it begins with batch %d, the segment before (%d) ends with %d", seg.firstBatch, before.serial, s.seq-1)
	}
	for {
		head, payload, err := s.nextBatch(seg)
		if err != nil {
			return err
		}
		if payload == nil {
			break
		}
		if err := s.take(seg, head, payload); err != nil {
			return err
		}
		seg.end += head.total()
		s.seq++
		s.ended = head.kind == kindEnd
	}
	if last {
		return seg.clearTail()
	}
	return nil
}

// nextBatch reads the batch at seg.end; a nil payload means there is none that
// verifies.
func (s *segmentLog) nextBatch(seg *segment) (batchHead, []byte, error) {
	b := make([]byte, batchHeader)
	if ok, err := readFull(seg.f, b, seg.end); !ok {
		return batchHead{}, nil, err
	}
	head, ok := decodeBatchHead(b, seg.salt)
	if !ok || head.seq != s.seq || seg.end+head.total() > int64(seg.size) {
		return batchHead{}, nil, nil
	}
	if cap(s.buf) < int(head.len)+batchHeader {
		s.buf = make([]byte, 0, int(head.len)+batchHeader)
	}
	payload := s.buf[batchHeader : batchHeader+int(head.len)]
	if ok, err := readFull(seg.f, payload, seg.end+batchHeader); !ok {
		return batchHead{}, nil, err
	}
	if head.crc != sum(seg.salt, b[:24], payload) {
		return batchHead{}, nil, nil
	}
	return head, payload, nil
}

// readFull reports false when the file ends before b is full.
func readFull(f *os.File, b []byte, off int64) (bool, error) {
	n, err := f.ReadAt(b, off)
	if n == len(b) {
		return true, nil
	}
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return false, fmt.Errorf("read log segment: %w", err)
}

// take adds a verified batch to the index. What is wrong from here on was
// written so, or damaged in a way that no crash can explain.
func (s *segmentLog) take(seg *segment, head batchHead, payload []byte) error {
	switch head.kind {
	case kindEntries:
		return s.takeEntries(seg, head, payload)
	case kindCut, kindFloor:
		if len(payload) != 8 {
			return damaged("batch %d: truncation of %d bytes", head.seq, len(payload))
		}
		s.void(head.kind, binary.LittleEndian.Uint64(payload))
	case kindEnd:
	default:
		return damaged("batch %d of unknown kind %d: written by a newer release?", head.seq, head.kind)
	}
	return nil
}

func (s *segmentLog) takeEntries(seg *segment, head batchHead, payload []byte) error {
	off := seg.end + batchHeader
	for range head.count {
		e, err := peekEntry(payload, seg.salt)
		if err != nil {
			return fmt.Errorf("batch %d: %w", head.seq, err)
		}
		if len(s.locs) == 0 {
			s.first = e.index
		}
		if e.index == 0 || e.index != s.first+uint64(len(s.locs)) {
			return damaged("batch %d: index %d out of order", head.seq, e.index)
		}
		s.locs = append(s.locs, loc{seg, uint32(off), e.len})
		payload, off = payload[e.len:], off+int64(e.len)
	}
	if len(payload) > 0 {
		return damaged("batch %d: %d bytes too many", head.seq, len(payload))
	}
	return nil
}

// clearTail looks at what follows the last good batch. Batches are synced one
// after the other, so a later one proves that what lies before was
// acknowledged: then this is damage. Otherwise it is a torn write, never
// acknowledged, and is made zeros again.
func (s *segment) clearTail() error {
	const chunk = 1 << 20
	b, zeros := make([]byte, chunk+batchHeader), make([]byte, chunk+batchHeader)
	dirty := false
	for off := s.end; ; off += chunk {
		n, err := s.f.ReadAt(b, off)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read log segment: %w", err)
		}
		if !bytes.Equal(b[:n], zeros[:n]) {
			dirty = true
			if head, ok := findBatch(b[:n], s.salt); ok {
				return damaged("batch %d follows bytes at %d that do not verify", head.seq, s.end)
			}
		}
		if n < len(b) {
			dirty = dirty || off+int64(n) < int64(s.size)
			break
		}
	}
	if !dirty {
		return nil
	}
	return s.cutAt(s.end)
}

// findBatch looks for a batch head anywhere in b but at its start, where the
// torn batch itself may have a good head.
func findBatch(b []byte, salt uint32) (batchHead, bool) {
	for off := 8; off+batchHeader <= len(b); off += 8 {
		if head, ok := decodeBatchHead(b[off:], salt); ok {
			return head, true
		}
	}
	return batchHead{}, false
}
