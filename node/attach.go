package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiangyun/node/desk"
	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/replication"
	"xiangyun/replication/blob"
)

// Attachment is a file that was taken in here. Until a majority of hub servers
// holds it, it is known by a small file beside the chunks (材料待传); then its
// manifest is a record and reaches whoever may read the case.
type Attachment struct {
	ID     string           `json:"id"`
	Name   string           `json:"name"`
	Type   string           `json:"type"`
	Size   int64            `json:"size"`
	Chunks []blob.Chunk     `json:"chunks"`
	At     protocol.Instant `json:"at"`
	By     string           `json:"by"`
}

// MaxAttachment is the largest file a window may take in, in bytes.
const MaxAttachment = 100 << 20

const (
	pendingDir  = "pending"
	uploadEvery = time.Second
	purgeAfter  = 30 * 24 * time.Hour // a scan that no case ever cited
)

// Attach stores a file: it is on this disk when Attach returns. A file that is
// not what it says, or too large, is refused and leaves nothing behind.
func (n *Node) Attach(ctx context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (a Attachment, err error) {
	if f := protocol.Authorize(protocol.Question{Subject: who, Place: n.ID(), Verb: protocol.MayReceive}); f != nil {
		return a, f
	}
	if n.store.Room() == store.RoomNone { // what is left is for acts and their acknowledgement (replication.md §12)
		f := protocol.NewFault(protocol.Full, "attach", "磁盘空间已用尽,不能接收扫描件;请联系运维人员清理磁盘,期间请到其他窗口办理或手工登记")
		f.Hint = "清理磁盘;已排队的内容不受影响"
		return a, f
	}
	head := make([]byte, 512)
	k, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return a, fmt.Errorf("read attachment: %w", err)
	}
	if err := blob.Sniff(head[:k], mediaType); err != nil {
		return a, err
	}
	stored, err := n.blobs.Put(ctx, io.MultiReader(strings.NewReader(string(head[:k])), r), MaxAttachment)
	if err != nil {
		return a, err
	}
	id := make([]byte, 12)
	if _, err := rand.Read(id); err != nil {
		return a, fmt.Errorf("draw attachment id: %w", err)
	}
	a = Attachment{ID: string(n.ID()) + "-" + hex.EncodeToString(id), Name: filepath.Base(name), Type: mediaType, Size: stored.Total,
		Chunks: stored.Chunks, At: protocol.At(n.cfg.Now()), By: desk.By(who)}
	return a, n.savePending(a)
}

func (n *Node) savePending(a Attachment) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(n.path(pendingDir), 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return identity.WriteSecret(n.path(pendingDir, a.ID+".json"), data)
}

// Attachment finds a file by id, pending or committed.
func (n *Node) Attachment(id string) (Attachment, error) {
	a, err := n.pending(id)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return a, err
	}
	b, rec, err := desk.Record[protocol.Blob](n.desk, protocol.Ref{Kind: "blob", ID: id})
	if err != nil {
		return a, err
	}
	a = Attachment{ID: id, Name: b.Name, Type: b.Type, Size: b.Size, At: rec.At, By: rec.By}
	left := b.Size
	for _, c := range b.Chunks {
		size := min(left, blob.ChunkSize)
		a.Chunks = append(a.Chunks, blob.Chunk{ID: c, Size: size})
		left -= size
	}
	return a, nil
}

func (n *Node) pending(id string) (a Attachment, err error) {
	if strings.ContainsAny(id, "/\\\x00") { // no file here has such a name: it is no attachment, not a failure
		return a, fs.ErrNotExist
	}
	root, err := os.OpenRoot(n.path(pendingDir)) // ids come from addresses (pitfalls.W6)
	if err != nil {
		return a, err
	}
	defer root.Close()
	data, err := root.ReadFile(id + ".json")
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(data, &a)
}

// OpenAttachment gives a file's bytes, fetching from the hub what is not held here.
func (n *Node) OpenAttachment(ctx context.Context, a Attachment) (io.ReadSeeker, error) {
	ids := chunkIDs(a.Chunks)
	missing, err := n.blobs.Has(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range missing {
		if err := n.courier.Fetch(ctx, id); err != nil {
			return nil, fmt.Errorf("fetch attachment: %w", err)
		}
	}
	return blob.NewReader(ctx, n.courier, a.Chunks), nil
}

func chunkIDs(chunks []blob.Chunk) []protocol.BlobID {
	ids := make([]protocol.BlobID, len(chunks))
	for i, c := range chunks {
		ids[i] = c.ID
	}
	return ids
}

// uploads brings what is pending to the hub, again and again until it is there.
func (n *Node) uploads(ctx context.Context) error {
	ticker := time.NewTicker(uploadEvery)
	defer ticker.Stop()
	for {
		if n.store.Frozen() == nil {
			if err := n.uploadAll(ctx); err != nil && ctx.Err() == nil {
				if blob.Fatal(err) {
					return err
				}
				n.log.Info("attachments wait for the hub", "err", err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (n *Node) uploadAll(ctx context.Context) (waiting error) {
	names, err := os.ReadDir(n.path(pendingDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		id, isJSON := strings.CutSuffix(name.Name(), ".json")
		if !isJSON {
			continue
		}
		a, err := n.pending(id)
		if err == nil {
			err = n.upload(ctx, a)
		}
		switch {
		case blob.Fatal(err) || ctx.Err() != nil:
			return err
		case err != nil: // the files behind it do not wait for this one
			waiting = errors.Join(waiting, fmt.Errorf("attachment %s: %w", id, err))
		}
	}
	return waiting
}

// upload commits one file's manifest once a majority has it; a file that no
// case cites yet waits.
func (n *Node) upload(ctx context.Context, a Attachment) error {
	owner, readers, err := n.ownerOf(a.ID)
	if err != nil {
		return err
	}
	if owner == (protocol.Ref{}) {
		if n.cfg.Now().Sub(a.At.Time()) > purgeAfter {
			return os.Remove(n.path(pendingDir, a.ID+".json"))
		}
		return nil
	}
	receipts, voters, err := n.courier.Upload(ctx, chunkIDs(a.Chunks))
	if err != nil {
		return err
	}
	body := protocol.Blob{Name: a.Name, Type: a.Type, Size: a.Size, Chunks: chunkIDs(a.Chunks), Owner: owner, Readers: readers, Voters: voters}
	for _, r := range receipts {
		body.Receipts = append(body.Receipts, r.Short())
	}
	if err := replication.CheckReceipts(&body, n.holder.Bundle().Roots); err != nil { // the hub would stop the lane over it
		return err
	}
	ref := protocol.Ref{Kind: "blob", ID: a.ID}
	err = n.store.Update(ctx, func(tx *store.Tx) error {
		if _, ok, err := tx.Get(ref); ok || err != nil {
			return err // a crash came between commit and removal
		}
		_, err := tx.Act(protocol.Draft{Ref: ref, Act: "commit", Body: body, By: a.By})
		return err
	})
	if err != nil {
		return err
	}
	return os.Remove(n.path(pendingDir, a.ID+".json"))
}

func (n *Node) ownerOf(id string) (owner protocol.Ref, readers []protocol.NodeID, err error) {
	err = n.store.View(func(tx *store.ReadTx) error {
		for _, ref := range tx.ByKey("case", id) {
			rec, _, err := tx.Get(ref)
			if err != nil {
				return err
			}
			c, err := protocol.Load[protocol.Case](rec)
			if err != nil {
				return err
			}
			owner, readers = ref, []protocol.NodeID{c.Handler}
		}
		return nil
	})
	return owner, readers, err
}
