package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
)

// The redo log: a preallocated file beside the database that makes an act
// durable with one write and one fdatasync, before bbolt has written its pages.
// A record begins at a multiple of redoSlot, so that no write ever touches bytes
// that were acknowledged:
//
//	magic "XYO" | version 1 | length u32 | crc32c u32 | database 16 | generation u64 | number u64 | payload
//
// The sum covers everything but itself. A commit of the database carries the
// next generation; the log then begins anew at its first slot, and records of
// any other generation or database are what they are: old.
const (
	redoMagic   = "XYO"
	redoVersion = 1
	redoSlot    = 4096
	redoSize    = 4 << 20
	redoHead    = 4 + 4 + 4 + 16 + 8 + 8
)

// redoPlace names the records that go on from a committed database.
type redoPlace struct {
	Database   [16]byte `json:"database"` // drawn when the database was made
	Generation uint64   `json:"generation"`
}

// redoLog is for the writer alone.
type redoLog struct {
	file  *os.File
	place redoPlace
	next  int64  // offset of the next record
	count uint64 // records of this generation
	buf   []byte
}

// openRedo opens or makes the log and gives the payloads that go on from place.
func openRedo(path string, place redoPlace) (*redoLog, [][]byte, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeFile(path, func(f *os.File) error { return fill(f, redoSize) }); err != nil {
			return nil, nil, fmt.Errorf("make redo log: %w", err)
		}
		file, err = os.OpenFile(path, os.O_RDWR, 0o600)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open redo log: %w", err)
	}
	l := &redoLog{file: file, place: place}
	payloads, err := l.scan()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return l, payloads, nil
}

// scan reads the records of the place from the first slot on. The record that a
// crash tore was not acknowledged to anybody and ends the log; one that is
// missing before a good one is damage.
func (l *redoLog) scan() (payloads [][]byte, err error) {
	all := make([]byte, redoSize)
	if _, err := l.file.ReadAt(all, 0); err != nil {
		return nil, fmt.Errorf("read redo log: %w", err)
	}
	for {
		payload, ok := l.record(all[l.next:], l.count)
		if !ok {
			break
		}
		payloads = append(payloads, payload)
		l.next += slots(len(payload))
		l.count++
	}
	for at := l.next; at < redoSize; at += redoSlot {
		if n, ok := l.number(all[at:]); ok && n >= l.count {
			return nil, damaged("redo log", fmt.Errorf("record %d is damaged, record %d is there", l.count, n))
		}
	}
	return payloads, nil
}

// number reads a whole record of this place, whatever its number.
func (l *redoLog) number(b []byte) (uint64, bool) {
	if len(b) < redoHead {
		return 0, false
	}
	n := binary.BigEndian.Uint64(b[36:])
	_, ok := l.record(b, n)
	return n, ok
}

func (l *redoLog) record(b []byte, count uint64) (payload []byte, ok bool) {
	if len(b) < redoHead || string(b[:3]) != redoMagic || b[3] != redoVersion {
		return nil, false
	}
	n := binary.BigEndian.Uint32(b[4:])
	if uint64(n) > uint64(len(b)-redoHead) {
		return nil, false
	}
	b = b[:redoHead+int(n)]
	ok = redoSum(b) == binary.BigEndian.Uint32(b[8:]) && [16]byte(b[12:28]) == l.place.Database &&
		binary.BigEndian.Uint64(b[28:]) == l.place.Generation && binary.BigEndian.Uint64(b[36:]) == count
	return b[redoHead:], ok
}

func redoSum(record []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(record[:8], table), table, record[12:])
}

// slots is the room a payload takes in the log.
func slots(payload int) int64 {
	return int64(redoHead+payload+redoSlot-1) / redoSlot * redoSlot
}

// fits reports whether a payload of n bytes goes into what is left.
func (l *redoLog) fits(n int) bool { return l.next+slots(n) <= redoSize }

// append makes a payload durable. Its error is final (pitfalls.W2).
func (l *redoLog) append(payload []byte) error {
	b := append(l.buf[:0], redoMagic...)
	b = binary.BigEndian.AppendUint32(append(b, redoVersion), uint32(len(payload)))
	b = append(b, 0, 0, 0, 0)
	b = append(b, l.place.Database[:]...)
	b = binary.BigEndian.AppendUint64(b, l.place.Generation)
	b = append(binary.BigEndian.AppendUint64(b, l.count), payload...)
	binary.BigEndian.PutUint32(b[8:], redoSum(b))
	l.buf = b
	if _, err := l.file.WriteAt(b, l.next); err != nil {
		return fmt.Errorf("write redo log: %w", err)
	}
	if err := datasync(l.file); err != nil {
		return fmt.Errorf("sync redo log: %w", err)
	}
	l.next += slots(len(payload))
	l.count++
	return nil
}

// following is the place that a commit of all this carries.
func (l *redoLog) following() redoPlace {
	return redoPlace{l.place.Database, l.place.Generation + 1}
}

// restart begins anew after such a commit.
func (l *redoLog) restart(place redoPlace) { l.place, l.next, l.count = place, 0, 0 }

func (l *redoLog) close() error { return l.file.Close() }

// makeFile makes a file whole or not at all (pitfalls.W1).
func makeFile(path string, write func(*os.File) error) (err error) {
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(path)
}
