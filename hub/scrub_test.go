package hub

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"xiangyun/protocol"
)

// A voter whose disk changed a byte leaves the quorum as soon as it is read,
// with words for the operator (pitfalls.B3).
func TestAServerWhoseStateIsDamagedLeaves(t *testing.T) {
	agency := protocol.Agency{USCC: uscc(1), Name: "延边州甲局", Node: "yanbian"}
	written := func(t *testing.T) *center {
		c := newCenter(t)
		c.plan("yanbian")
		for _, name := range []string{"延边州甲局", "延边州乙局"} {
			agency.Name = name
			_, err := c.RegisterAgency(c.ctx(), admin, agency)
			c.must(err)
		}
		return c
	}
	t.Run("where nobody looks every day: the scrub", func(t *testing.T) {
		c := written(t)
		c.must(c.scrub(c.ctx()))
		gone, cancel := context.WithCancel(c.ctx())
		cancel()
		c.must(c.scrub(gone)) // stopping is no damage
		c.shut()
		c.damage("甲局")
		c.start()
		c.want(protocol.BadChain, c.scrub(c.ctx()))
	})
	t.Run("in a record: at once", func(t *testing.T) {
		c := written(t)
		c.shut()
		c.damage("乙局")
		c.open()
		err := <-c.done
		c.stop = nil
		f := new(protocol.Fault)
		if !errors.As(err, &f) || f.Code != protocol.BadChain || f.Hint == "" {
			t.Errorf("ended with %v", err)
		}
		c.pc.Close()
	})
}

// damage changes one byte wherever text stands in the state's file.
func (c *center) damage(text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, stateDir, "fsm.db")
	file, err := os.ReadFile(path)
	c.must(err)
	bad := bytes.ReplaceAll(file, []byte(text), append([]byte("#"), text[1:]...))
	if bytes.Equal(bad, file) {
		c.t.Fatalf("%q is not in the file", text)
	}
	c.must(os.WriteFile(path, bad, 0o600))
}
