package replication

import (
	"context"
	"io"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication/blob"
)

// blobWait bounds the exchange of one blob.
const blobWait = 5 * time.Minute

// Courier carries blobs between a node and the hub over the node's third
// connection, which it opens when there is something to carry.
type Courier struct {
	Uplink *Uplink
	Store  *blob.Store

	mu      sync.Mutex // guards session, voters
	session link.Session
	voters  int
}

// Upload brings the chunks to the hub and returns receipts of a majority and
// how many voters there were. It may be called again for the same chunks.
func (c *Courier) Upload(ctx context.Context, ids []protocol.BlobID) ([]wire.BlobReceipt, int, error) {
	s, voters, err := c.open(ctx)
	if err != nil {
		return nil, 0, err
	}
	receipts, err := OfferBlob(ctx, s, c.Store, wire.Have{IDs: ids})
	return receipts, voters, err
}

// Fetch brings one chunk into the local store.
func (c *Courier) Fetch(ctx context.Context, id protocol.BlobID) error {
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	data, err := FetchChunk(ctx, s, id)
	if err != nil {
		return err
	}
	return c.Store.PutChunk(ctx, id, data)
}

// ReadChunk makes the Courier a blob.Source: what is not here, or turns out to
// be wrong, is fetched from the hub and read again (replication.B6).
func (c *Courier) ReadChunk(ctx context.Context, id protocol.BlobID, offset, n int64) ([]byte, error) {
	data, err := c.Store.ReadChunk(ctx, id, offset, n)
	if !lacking(err) {
		return data, err
	}
	if err := c.Fetch(ctx, id); err != nil {
		return nil, err
	}
	return c.Store.ReadChunk(ctx, id, offset, n)
}

func (c *Courier) open(ctx context.Context) (link.Session, int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.Uplink.allow(); err != nil {
		if c.session != nil {
			c.session.Close(0, "drill")
			c.session = nil
		}
		return nil, 0, err
	}
	if c.session != nil && c.session.Context().Err() == nil {
		return c.session, c.voters, nil
	}
	s, welcome, err := c.Uplink.open(ctx, wire.ClassBlob)
	if err != nil {
		return nil, 0, err
	}
	c.session, c.voters = s, welcome.Voters
	return s, c.voters, nil
}

// Close ends the connection.
func (c *Courier) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil {
		c.session.Close(0, "courier stops")
		c.session = nil
	}
}

// OfferBlob names chunks, sends those that are missing, and collects receipts.
func OfferBlob(ctx context.Context, s link.Session, from *blob.Store, have wire.Have) ([]wire.BlobReceipt, error) {
	ctx, cancel := context.WithTimeout(ctx, blobWait)
	defer cancel()
	st, err := s.OpenStream(ctx, 6)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	out, in := wire.NewWriter(st), wire.NewReader(st)
	if err := out.Send(have); err != nil {
		return nil, err
	}
	missing, err := wire.Receive[wire.Missing](in)
	if err != nil {
		return nil, err
	}
	for _, id := range missing.IDs {
		if err := sendChunk(ctx, out, from, id); err != nil {
			return nil, err
		}
	}
	if err := st.CloseWrite(); err != nil {
		return nil, err
	}
	return collect(in)
}

func sendChunk(ctx context.Context, out *wire.Writer, from *blob.Store, id protocol.BlobID) error {
	data, err := from.ReadChunk(ctx, id, 0, blob.ChunkSize)
	if err != nil {
		return err
	}
	if err := out.Send(wire.Put{ID: id, Size: int64(len(data))}); err != nil {
		return err
	}
	return sendBytes(out, data)
}

func collect(in *wire.Reader) (receipts []wire.BlobReceipt, err error) {
	for {
		f, err := in.Next()
		if err == io.EOF {
			return receipts, nil
		}
		if err != nil {
			return nil, err
		}
		r, err := wire.Decode[wire.BlobReceipt](f.Payload)
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, r)
	}
}

// FetchChunk reads one chunk from whoever serves the session; the caller's
// store checks that the bytes are what the id says.
func FetchChunk(ctx context.Context, s link.Session, id protocol.BlobID) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, blobWait)
	defer cancel()
	st, err := s.OpenStream(ctx, 6)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	if err := wire.NewWriter(st).Send(wire.Get{ID: id}); err != nil {
		return nil, err
	}
	return readBytes(wire.NewReader(st), blob.ChunkSize)
}
