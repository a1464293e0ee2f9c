package node

import (
	"path/filepath"
	"testing"
)

func TestPitfallsB6TheDatabaseIsBoundedBelowTheFileSystem(t *testing.T) {
	dir := t.TempDir()
	_, total := freeDisk(dir)()
	if most := maxDatabase(dir); total == 0 || most <= 0 || uint64(most) >= total || uint64(most) < total/16*15 {
		t.Errorf("at most %d bytes of %d", most, total)
	}
}

func TestADiskThatCannotBeMeasuredIsNotFull(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent")
	if free, total := freeDisk(absent)(); free != 0 || total != 0 {
		t.Errorf("%d of %d bytes free", free, total)
	}
	if most := maxDatabase(absent); most != 0 {
		t.Errorf("bounded to %d bytes", most)
	}
}
