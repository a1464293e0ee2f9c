package fsm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// scopeKept is how long a scope snapshot that was cut may be gone on with
// (replication.T4).
const scopeKept = 24 * time.Hour

// scope is a snapshot as it was copied for one node.
type scope struct {
	head  wire.SnapHead
	path  string
	epoch uint64 // of the node: one that was enrolled again starts anew
	parts []scopePart
	until *time.Timer
}

type scopePart struct {
	size int
	last []byte // key of its last record
}

// send reads the parts behind the key that ask names. A key within a part has
// the whole part sent again, which changes nothing at the node.
func (s *scope) send(ctx context.Context, file *os.File, ask wire.SnapAsk, part func([]byte) error) error {
	at, skip := int64(0), 0
	for s.head.ID == ask.ID && skip < len(s.parts) && bytes.Compare(s.parts[skip].last, ask.After) <= 0 {
		at += int64(s.parts[skip].size)
		skip++
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return err
	}
	buf := make([]byte, wire.MaxSnapPart)
	for _, p := range s.parts[skip:] {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := io.ReadFull(file, buf[:p.size]); err != nil {
			return fmt.Errorf("read scope file: %w", err)
		}
		if err := part(buf[:p.size]); err != nil {
			return err
		}
	}
	return nil
}

// scopes keeps the newest snapshot of each node. A restart forgets them.
type scopes struct {
	mu   sync.Mutex // held while a snapshot is copied; guards kept
	kept map[protocol.NodeID]*scope
}

// find gives a copy that may be gone on with: of this history, and for the
// chains as the node has them. The caller holds mu, as for keep and drop.
func (k *scopes) find(node protocol.NodeID, id string, epoch, generation uint64) *scope {
	if s := k.kept[node]; s != nil && id != "" && s.head.ID == id && s.epoch == epoch && s.head.Generation == generation {
		return s
	}
	return nil
}

func (k *scopes) keep(node protocol.NodeID, s *scope, log *slog.Logger) error {
	if k.kept == nil {
		k.kept = make(map[protocol.NodeID]*scope)
	}
	err := k.drop(node)
	k.kept[node] = s
	s.until = time.AfterFunc(scopeKept, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.kept[node] == s {
			if err := k.drop(node); err != nil { // the next start removes it
				log.Error("scope snapshot not removed", "node", node, "err", err)
			}
		}
	})
	return err
}

// drop removes a copy; whoever is reading it has it open still.
func (k *scopes) drop(node protocol.NodeID) error {
	s := k.kept[node]
	if s == nil {
		return nil
	}
	s.until.Stop()
	delete(k.kept, node)
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove scope file: %w", err)
	}
	return nil
}

func (k *scopes) dropAll() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	nodes := make([]protocol.NodeID, 0, len(k.kept))
	for node := range k.kept {
		nodes = append(nodes, node)
	}
	var errs []error
	for _, node := range slices.Sorted(slices.Values(nodes)) {
		errs = append(errs, k.drop(node))
	}
	return errors.Join(errs...)
}
