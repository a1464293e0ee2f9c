package quorum

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Format of the stable file, little-endian, version 1, rewritten as a whole:
//
//	"XYSTABL1" count:u32 (klen:u16 key vlen:u32 value)* crc32c:u32
const (
	stableMagic = "XYSTABL1"
	stableName  = "stable"
	maxStable   = 1 << 20
)

// stableFile keeps Raft's term and vote. They change once per election, so a
// small file written anew each time is enough.
type stableFile struct {
	path string

	mu     sync.Mutex // guards values
	values map[string][]byte
}

// openStable reads the file. It may be missing only where there is no log yet:
// a server that forgot its vote could vote twice.
func openStable(dir string, fresh bool) (*stableFile, error) {
	s := &stableFile{path: filepath.Join(dir, stableName), values: map[string][]byte{}}
	b, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		if !fresh {
			return nil, damaged("the file with term and vote is gone")
		}
		return s, s.save(s.values)
	}
	if err != nil {
		return nil, fmt.Errorf("read stable values: %w", err)
	}
	s.values, err = decodeStable(b)
	return s, err
}

func (s *stableFile) get(key []byte) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[string(key)]
	return slices.Clone(v), ok
}

func (s *stableFile) set(key, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := maps.Clone(s.values)
	next[string(key)] = slices.Clone(value)
	if err := s.save(next); err != nil {
		return fmt.Errorf("write stable values: %w", err)
	}
	s.values = next
	return nil
}

// save replaces the file (pitfalls.W1).
func (s *stableFile) save(values map[string][]byte) error {
	b, err := encodeStable(values)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = syncFile(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), s.path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(s.path))
}

func encodeStable(values map[string][]byte) ([]byte, error) {
	b := binary.LittleEndian.AppendUint32([]byte(stableMagic), uint32(len(values)))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if len(key) > 0xffff {
			return nil, fmt.Errorf("key of %d bytes", len(key))
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(key)))
		b = append(b, key...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(values[key])))
		b = append(b, values[key]...)
	}
	if len(b)+4 > maxStable {
		return nil, fmt.Errorf("stable values of %d bytes, at most %d", len(b), maxStable)
	}
	return binary.LittleEndian.AppendUint32(b, sum(0, b)), nil
}

func decodeStable(b []byte) (map[string][]byte, error) {
	if len(b) < len(stableMagic)+8 || len(b) > maxStable || string(b[:8]) != stableMagic {
		return nil, damaged("not a file of stable values of version 1")
	}
	body := b[:len(b)-4]
	if binary.LittleEndian.Uint32(b[len(body):]) != sum(0, body) {
		return nil, damaged("stable values do not match their sum")
	}
	count := binary.LittleEndian.Uint32(body[8:])
	values, rest := map[string][]byte{}, body[12:]
	for range count {
		key, more, ok := cutPrefixed(rest, 2)
		value, more, ok2 := cutPrefixed(more, 4)
		if !ok || !ok2 {
			return nil, damaged("stable values are cut off")
		}
		values[string(key)], rest = slices.Clone(value), more
	}
	if len(rest) > 0 || len(values) != int(count) {
		return nil, damaged("stable values are %d bytes too long", len(rest))
	}
	return values, nil
}

// cutPrefixed takes bytes behind a length of width 2 or 4 from the front of b.
func cutPrefixed(b []byte, width int) (part, rest []byte, ok bool) {
	if len(b) < width {
		return nil, nil, false
	}
	n := uint64(binary.LittleEndian.Uint16(b))
	if width == 4 {
		n = uint64(binary.LittleEndian.Uint32(b))
	}
	b = b[width:]
	if n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// Set stores a stable value.
func (s *segmentLog) Set(key, value []byte) error {
	if err := s.Err(); err != nil {
		return err
	}
	if _, _, err := s.bounds(); err != nil {
		return err
	}
	err := s.stable.set(key, value)
	if errors.Is(err, errSync) {
		return s.fail(err)
	}
	return err
}

// Get reads a stable value; the error for a missing one reads "not found".
func (s *segmentLog) Get(key []byte) ([]byte, error) {
	if v, ok := s.stable.get(key); ok {
		return v, nil
	}
	return nil, errNotFound
}

// SetUint64 stores a stable number.
func (s *segmentLog) SetUint64(key []byte, value uint64) error {
	return s.Set(key, binary.LittleEndian.AppendUint64(nil, value))
}

// GetUint64 reads a stable number; the error for a missing one reads "not found".
func (s *segmentLog) GetUint64(key []byte) (uint64, error) {
	v, err := s.Get(key)
	if err != nil {
		return 0, err
	}
	if len(v) != 8 {
		return 0, damaged("stable value %q is no number", key)
	}
	return binary.LittleEndian.Uint64(v), nil
}

func appendIndex(b []byte, index uint64) []byte { return binary.LittleEndian.AppendUint64(b, index) }
