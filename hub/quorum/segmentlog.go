package quorum

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/hashicorp/raft"
)

// segmentLog is the LogStore on preallocated, checksummed segment files: one
// write and one fdatasync per batch. Nothing on disk is ever overwritten: a
// truncation is itself a batch, so a crash finds either the old or the new log.
type segmentLog struct {
	dir  string
	size uint64 // of a segment
	lock *os.File

	stable *stableFile

	write sync.Mutex // held by whoever changes the log; guards seq, buf, ended
	seq   uint64     // of the next batch
	buf   []byte
	ended bool // the last batch says closed cleanly

	mu     sync.RWMutex // guards what follows; held for reading through a read
	segs   []*segment   // in order of serial; the last one is written to
	first  uint64       // index of locs[0]
	locs   []loc
	closed bool

	failOnce sync.Once
	failed   chan struct{}
	err      error // set before failed is closed
}

// loc is where an entry lies.
type loc struct {
	seg      *segment
	off, len uint32
}

// maxKeptBuffer bounds the memory kept between batches.
const maxKeptBuffer = 4 << 20

func (s *segmentLog) Failed() <-chan struct{} { return s.failed }

func (s *segmentLog) Err() error {
	select {
	case <-s.failed:
		return s.err
	default:
		return nil
	}
}

// fail makes every later write refuse with the first cause.
func (s *segmentLog) fail(err error) error {
	s.failOnce.Do(func() {
		s.err = err
		close(s.failed)
	})
	return err
}

// IsMonotonic tells raft that indexes have no holes, so that it empties the
// log when a snapshot takes its place.
func (s *segmentLog) IsMonotonic() bool { return true }

// FirstIndex gives 0 for an empty log.
func (s *segmentLog) FirstIndex() (uint64, error) {
	first, _, err := s.bounds()
	return first, err
}

// LastIndex gives 0 for an empty log.
func (s *segmentLog) LastIndex() (uint64, error) {
	_, last, err := s.bounds()
	return last, err
}

func (s *segmentLog) bounds() (first, last uint64, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, 0, errClosed
	}
	if len(s.locs) == 0 {
		return 0, 0, nil
	}
	return s.first, s.first + uint64(len(s.locs)) - 1, nil
}

// GetLog reads entry index and checks its sum, every time.
func (s *segmentLog) GetLog(index uint64, l *raft.Log) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return errClosed
	}
	if index < s.first || index-s.first >= uint64(len(s.locs)) {
		return raft.ErrLogNotFound
	}
	at := s.locs[index-s.first]
	err := at.seg.read(at.off, at.len, l)
	if err == nil && l.Index != index {
		err = damaged("index %d stands where %d is expected", l.Index, index)
	}
	if err != nil {
		return s.fail(fmt.Errorf("log entry %d: %w", index, err))
	}
	return nil
}

// StoreLog is StoreLogs of one.
func (s *segmentLog) StoreLog(l *raft.Log) error { return s.StoreLogs([]*raft.Log{l}) }

// StoreLogs appends logs as one batch: after a crash all of them are there or
// none. They are on disk when it returns nil.
func (s *segmentLog) StoreLogs(logs []*raft.Log) error {
	if len(logs) == 0 {
		return nil
	}
	s.write.Lock()
	defer s.write.Unlock()
	size, err := s.checkNext(logs)
	if err != nil {
		return fmt.Errorf("store logs: %w", err)
	}
	tail, err := s.tailFor(size)
	if err != nil {
		return fmt.Errorf("store logs: %w", err)
	}
	b, locs := s.buf[:batchHeader], make([]loc, len(logs))
	for i, l := range logs {
		locs[i] = loc{tail, uint32(tail.end) + uint32(len(b)), uint32(entrySize(l))}
		b = appendEntry(b, l, tail.salt)
	}
	if err := s.commit(tail, b, kindEntries, len(logs)); err != nil {
		return fmt.Errorf("store logs: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.locs) == 0 {
		s.first = logs[0].Index
	}
	s.locs = append(s.locs, locs...)
	return nil
}

// checkNext gives the payload size of a batch that follows the log without a hole.
func (s *segmentLog) checkNext(logs []*raft.Log) (size int64, err error) {
	_, last, err := s.bounds()
	if err != nil {
		return 0, err
	}
	next := last + 1
	if last == 0 {
		next = logs[0].Index // an empty log may begin anywhere
	}
	for _, l := range logs {
		if l.Index != next || next == 0 {
			return 0, fmt.Errorf("index %d where %d is expected", l.Index, next)
		}
		if n := entrySize(l); n > maxEntry {
			return 0, fmt.Errorf("entry %d of %d bytes, at most %d", l.Index, n, maxEntry)
		}
		size += int64(entrySize(l))
		next++
	}
	return size, nil
}

// commit writes b (batchHeader free bytes, then payload) to the tail.
func (s *segmentLog) commit(tail *segment, b []byte, kind byte, count int) error {
	b = sealBatch(b, tail.salt, s.seq, kind, count)
	if cap(b) <= maxKeptBuffer {
		s.buf = b
	}
	if err := tail.append(b); err != nil {
		return s.fail(err)
	}
	s.seq++
	s.ended = kind == kindEnd
	return nil
}

// tailFor gives the segment that takes a batch with a payload of n bytes.
func (s *segmentLog) tailFor(n int64) (*segment, error) {
	if err := s.Err(); err != nil {
		return nil, err
	}
	need := batchHeader + pad8(n)
	tail := s.segs[len(s.segs)-1] // the writer alone changes segs
	if tail.room(need) {
		return tail, nil
	}
	h := segmentHeader{serial: tail.serial + 1, firstBatch: s.seq, size: max(s.size, uint64(headerSize+need+batchHeader))}
	if h.size > 4<<30-1 {
		return nil, fmt.Errorf("batch of %d bytes is too big", n)
	}
	next, err := createSegment(s.dir, h)
	if errors.Is(err, errSync) {
		return nil, s.fail(err)
	}
	if err != nil {
		return nil, err // a full disk, before anything was written: may be tried again
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segs = append(s.segs, next)
	return next, nil
}

// DeleteRange takes away a prefix or a suffix of the log; a range from its
// middle is an error. Both are one more batch at the tail.
func (s *segmentLog) DeleteRange(from, to uint64) error {
	s.write.Lock()
	defer s.write.Unlock()
	first, last, err := s.bounds()
	switch {
	case err != nil:
		return fmt.Errorf("delete logs: %w", err)
	case last == 0 || from > to || to < first || from > last:
		return nil
	case from <= first:
		err = s.trim(kindFloor, min(to, last)+1)
	case to >= last:
		err = s.trim(kindCut, from-1)
	default:
		err = fmt.Errorf("range %d to %d lies inside %d to %d", from, to, first, last)
	}
	if err != nil {
		return fmt.Errorf("delete logs: %w", err)
	}
	return nil
}

// trim records a cut or floor and then follows it.
func (s *segmentLog) trim(kind byte, index uint64) error {
	tail, err := s.tailFor(8)
	if err != nil {
		return err
	}
	if err := s.commit(tail, appendIndex(s.buf[:batchHeader], index), kind, 0); err != nil {
		return err
	}
	s.mu.Lock()
	s.void(kind, index)
	s.mu.Unlock()
	return s.dropSegments()
}

// void forgets the entries that a cut or floor at index leaves out.
func (s *segmentLog) void(kind byte, index uint64) {
	n := uint64(len(s.locs))
	if kind == kindCut {
		keep := min(n, max(index+1, s.first)-s.first)
		s.locs = s.locs[:keep]
		return
	}
	gone := min(n, max(index, s.first)-s.first)
	s.locs = slices.Delete(s.locs, 0, int(gone))
	s.first += gone
}

// dropSegments deletes the oldest files that hold no entry of the log. The
// order is made durable file by file, so that what is left has no hole.
func (s *segmentLog) dropSegments() error {
	for _, dead := range s.takeDead() {
		if err := errors.Join(dead.f.Close(), os.Remove(dead.path)); err != nil {
			return fmt.Errorf("remove log segment: %w", err)
		}
		if err := syncDir(s.dir); err != nil {
			return s.fail(fmt.Errorf("remove log segment: %w", err))
		}
	}
	return nil
}

func (s *segmentLog) takeDead() []*segment {
	s.mu.Lock() // no reader is inside a segment now
	defer s.mu.Unlock()
	oldest := s.segs[len(s.segs)-1]
	if len(s.locs) > 0 {
		oldest = s.locs[0].seg
	}
	n := slices.Index(s.segs, oldest)
	dead := slices.Clone(s.segs[:n])
	s.segs = slices.Delete(s.segs, 0, n)
	return dead
}

// Close writes the end mark, so that damage to the last batch can be told from
// a torn write when the log is opened again.
func (s *segmentLog) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	if _, _, err := s.bounds(); err != nil {
		return nil // closed already
	}
	var err error
	if tail := s.segs[len(s.segs)-1]; !s.ended && s.Err() == nil {
		err = s.commit(tail, s.buf[:batchHeader], kindEnd, 0)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if err = errors.Join(err, s.closeFiles()); err != nil {
		return fmt.Errorf("close raft log: %w", err)
	}
	return nil
}

func (s *segmentLog) closeFiles() error {
	var errs []error
	for _, seg := range s.segs {
		errs = append(errs, seg.f.Close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
