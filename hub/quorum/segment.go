package quorum

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/raft"
)

const segmentSuffix = ".log"

// segment is one preallocated file of the log. Only the writer changes end.
type segment struct {
	segmentHeader
	path string
	f    *os.File
	end  int64 // where the next batch goes
}

func segmentName(serial uint64) string { return fmt.Sprintf("%016x%s", serial, segmentSuffix) }

// errSync marks a failed fsync: final, never retried (pitfalls.W2).
var errSync = errors.New("sync failed")

func syncFile(f *os.File) error {
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%w: %w", errSync, err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(syncFile(d), d.Close())
}

// createSegment makes a segment that is whole or not there at all: temp,
// header, space, fsync, rename, fsync directory (pitfalls.W1).
func createSegment(dir string, h segmentHeader) (*segment, error) {
	var salt [4]byte
	rand.Read(salt[:])
	h.salt = binary.LittleEndian.Uint32(salt[:])
	path := filepath.Join(dir, segmentName(h.serial))
	f, err := os.OpenFile(path+".tmp", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create log segment: %w", err)
	}
	if err := placeSegment(f, h, path); err != nil {
		return nil, fmt.Errorf("create log segment: %w", errors.Join(err, f.Close(), removeIfThere(f.Name())))
	}
	return &segment{segmentHeader: h, path: path, f: f, end: headerSize}, nil
}

func placeSegment(f *os.File, h segmentHeader, path string) error {
	if _, err := f.Write(h.encode()); err != nil {
		return err
	}
	if err := preallocate(f, int64(h.size)); err != nil {
		return err
	}
	if err := syncFile(f); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func openSegment(path string) (*segment, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open log segment: %w", err)
	}
	b := make([]byte, headerSize)
	n, _ := f.ReadAt(b, 0) // a short or failed read fails the sum
	h, err := decodeSegmentHeader(b[:n])
	if err == nil && filepath.Base(path) != segmentName(h.serial) {
		err = damaged("segment %d is stored under another name", h.serial)
	}
	if err != nil {
		return nil, fmt.Errorf("open log segment %s: %w", filepath.Base(path), errors.Join(err, f.Close()))
	}
	return &segment{segmentHeader: h, path: path, f: f, end: headerSize}, nil
}

// room reports whether n more bytes fit and leave space for an end mark.
func (s *segment) room(n int64) bool { return s.end+n+batchHeader <= int64(s.size) }

// append writes one sealed batch and syncs it. Any error is final: the bytes
// may or may not be on disk.
func (s *segment) append(b []byte) error {
	if _, err := s.f.WriteAt(b, s.end); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	if err := datasync(s.f); err != nil {
		return fmt.Errorf("write log: %w: %w", errSync, err)
	}
	s.end += int64(len(b))
	return nil
}

// read fetches one entry and checks its sum, every time.
func (s *segment) read(off, length uint32, l *raft.Log) error {
	b := make([]byte, length)
	if _, err := s.f.ReadAt(b, int64(off)); err != nil {
		return fmt.Errorf("read log segment %d: %w", s.serial, err)
	}
	if err := decodeEntry(b, s.salt, l); err != nil {
		return fmt.Errorf("read log segment %d: %w", s.serial, err)
	}
	return nil
}

// cutAt makes everything from off on read as zeros again, durably.
func (s *segment) cutAt(off int64) error {
	if err := s.f.Truncate(off); err != nil {
		return fmt.Errorf("cut torn batch: %w", err)
	}
	if err := preallocate(s.f, int64(s.size)); err != nil {
		return fmt.Errorf("cut torn batch: %w", err)
	}
	if err := syncFile(s.f); err != nil {
		return fmt.Errorf("cut torn batch: %w", err)
	}
	return nil
}
