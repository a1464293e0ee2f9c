package replication

import (
	"bytes"
	"context"
	"io"
	"log/slog"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication/blob"
)

// BlobServer serves blobs at one hub server: it takes chunks, copies what a
// node brings to the other servers, and gives receipts once a majority holds
// every chunk on disk (replication.B3, B4). Run must run meanwhile.
type BlobServer struct {
	Store *blob.Store
	Self  protocol.NodeID
	Sign  identity.Signer
	Cert  func() []byte // this server's certificate, DER: it goes with every receipt
	Now   func() protocol.Instant
	Peers func() (others []wire.Server, voters int)
	Pool  interface {
		Get(ctx context.Context, addr string, want protocol.NodeID) (link.Session, error)
	}
	// Manifests gives the chunks of the committed blobs behind an id, some of
	// them, and the id to go on behind; "" when there are no more.
	Manifests func(after string) (chunks []protocol.BlobID, next string, err error)
	Log       *slog.Logger

	life life
}

// Verbs are the exchanges of the blob connection.
func (b *BlobServer) Verbs() map[wire.FrameType]Verb {
	return map[wire.FrameType]Verb{wire.FrameHave: b.take, wire.FrameGet: b.give}
}

// take is have → missing → put… → receipts.
func (b *BlobServer) take(ctx context.Context, c *Conversation) error {
	have, err := wire.Decode[wire.Have](c.First.Payload)
	if err != nil {
		return err
	}
	missing, err := b.Store.Has(ctx, have.IDs)
	if err != nil {
		return err
	}
	if err := c.Out.Send(wire.Missing{IDs: missing}); err != nil {
		return err
	}
	if err := b.store(ctx, c.In); err != nil {
		return err
	}
	fromNode := c.Peer.Role == identity.RoleNode
	if fromNode {
		have.Epoch = c.Hello.Epoch
	}
	receipts, err := b.receipts(ctx, have, fromNode)
	if err != nil {
		return err
	}
	for _, r := range receipts {
		if err := c.Out.Send(r); err != nil {
			return err
		}
	}
	return c.Stream.CloseWrite()
}

// store takes puts until the peer has no more.
func (b *BlobServer) store(ctx context.Context, in *wire.Reader) error {
	f, err := in.Next()
	for err == nil {
		if f.Type != wire.FramePut {
			return outOfTurn("take blob", f.Type)
		}
		var put wire.Put
		if put, err = wire.Decode[wire.Put](f.Payload); err != nil {
			return err
		}
		if put.Size > blob.ChunkSize {
			return protocol.NewFault(protocol.TooBig, "take blob", "分块 %d 字节,上限 %d", put.Size, blob.ChunkSize)
		}
		if f, err = b.chunk(ctx, in, put); err != nil && err != io.EOF {
			return err
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// chunk reads the bytes of one put and stores them; it gives the frame behind.
func (b *BlobServer) chunk(ctx context.Context, in *wire.Reader, put wire.Put) (f wire.Frame, err error) {
	data := make([]byte, 0, min(put.Size, 1<<20))
	for int64(len(data)) < put.Size {
		if f, err = in.Expect(wire.FrameChunk); err != nil {
			return f, err
		}
		if int64(len(data)+len(f.Payload)) > put.Size {
			return f, protocol.NewFault(protocol.BadChain, "take blob", "分块比声明的长")
		}
		data = append(data, f.Payload...)
	}
	if err := b.Store.PutChunk(ctx, put.ID, data); err != nil {
		return f, err
	}
	return in.Next()
}

// receipts gives this server's own, and with those of others a majority when a
// node brought the blob.
func (b *BlobServer) receipts(ctx context.Context, have wire.Have, all bool) ([]wire.BlobReceipt, error) {
	size, err := b.sizeOf(ctx, have.IDs)
	if err != nil {
		return nil, err
	}
	others, voters := b.Peers()
	own := wire.BlobReceipt{ID: protocol.ContentID(have.IDs), Size: size, Server: b.Self, Epoch: have.Epoch, Time: b.Now(), Voters: voters, Cert: b.Cert()}
	if own.Sig, err = b.Sign.Sign(protocol.HashOf(own.Signed())); err != nil {
		return nil, err
	}
	list := []wire.BlobReceipt{own}
	if !all {
		return list, nil
	}
	list = append(list, b.copies(ctx, others, have, voters/2)...)
	if len(list) < voters/2+1 {
		return nil, protocol.NewFault(protocol.Busy, "take blob", "附件暂时只在 %d 台省级服务器落盘,稍后自动重试", len(list))
	}
	return list, nil
}

// copies offers the chunks to every other server at once and waits for enough
// of them; the rest go on when the exchange is over (replication.B5).
func (b *BlobServer) copies(ctx context.Context, others []wire.Server, have wire.Have, need int) (list []wire.BlobReceipt) {
	results := make(chan []wire.BlobReceipt, len(others))
	for _, o := range others {
		if !b.life.start(func(ctx context.Context) {
			r, err := b.offer(ctx, o, have)
			if err != nil {
				b.Log.Warn("blob not copied", "server", o.ID, "err", err)
			}
			results <- r
		}) {
			results <- nil
		}
	}
	for range others {
		select {
		case r := <-results:
			list = append(list, r...)
		case <-ctx.Done():
			return list
		}
		if len(list) >= need && need > 0 {
			return list
		}
	}
	return list
}

func (b *BlobServer) offer(ctx context.Context, o wire.Server, have wire.Have) ([]wire.BlobReceipt, error) {
	ctx, cancel := context.WithTimeout(ctx, blobWait)
	defer cancel()
	s, err := b.Pool.Get(ctx, o.Addr, o.ID)
	if err != nil {
		return nil, err
	}
	return OfferBlob(ctx, s, b.Store, have)
}

func (b *BlobServer) sizeOf(ctx context.Context, ids []protocol.BlobID) (size int64, err error) {
	for _, id := range ids {
		data, err := b.Store.ReadChunk(ctx, id, 0, blob.ChunkSize) // a receipt is for bytes that were read back
		if err != nil {
			return 0, err
		}
		size += int64(len(data))
	}
	return size, nil
}

// give sends a range of a chunk, fetching the chunk from another server when
// this one does not hold it, or holds bytes that are wrong (replication.B6).
func (b *BlobServer) give(ctx context.Context, c *Conversation) error {
	get, err := wire.Decode[wire.Get](c.First.Payload)
	if err != nil {
		return err
	}
	if get.Length == 0 {
		get.Length = blob.ChunkSize
	}
	data, err := b.Store.ReadChunk(ctx, get.ID, get.Offset, get.Length)
	if lacking(err) && c.Peer.Role == identity.RoleNode {
		var ok bool
		if ok, err = b.borrow(ctx, get.ID); ok {
			data, err = b.Store.ReadChunk(ctx, get.ID, get.Offset, get.Length)
		} else if err == nil {
			err = protocol.NewFault(protocol.Gone, "give blob", "省级服务器上暂无该附件,请稍后重试;一直打不开时请联系管理员")
		}
	}
	if err != nil {
		return err
	}
	if err := sendBytes(c.Out, data); err != nil {
		return err
	}
	return c.Stream.CloseWrite()
}

// lacking tells a chunk that is not here, or was just moved aside, from other
// errors: the next holder may have it.
func lacking(err error) bool {
	code := protocol.CodeOf(err)
	return code == protocol.Gone || code == protocol.BadChain
}

// borrow brings a chunk from another server; the error is this disk's.
func (b *BlobServer) borrow(ctx context.Context, id protocol.BlobID) (bool, error) {
	others, _ := b.Peers()
	for _, o := range others {
		s, err := b.Pool.Get(ctx, o.Addr, o.ID)
		if err != nil {
			continue
		}
		data, err := FetchChunk(ctx, s, id)
		if err == nil {
			err = b.Store.PutChunk(ctx, id, data)
		}
		if err == nil || blob.Fatal(err) {
			return err == nil, err
		}
		b.Log.Warn("chunk not borrowed", "server", o.ID, "err", err)
	}
	return false, nil
}

// frameBytes is how much of a chunk one frame carries (pitfalls §10: ≥ 32 KiB).
const frameBytes = 256 << 10

func sendBytes(out *wire.Writer, data []byte) error {
	for len(data) > 0 {
		n := min(len(data), frameBytes)
		if err := out.Write(wire.FrameChunk, wire.MustUnderstand, data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func readBytes(in *wire.Reader, limit int) ([]byte, error) {
	var all bytes.Buffer
	for {
		f, err := in.Next()
		if err == io.EOF {
			return all.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		if f.Type != wire.FrameChunk || all.Len()+len(f.Payload) > limit {
			return nil, protocol.NewFault(protocol.Malformed, "read blob", "附件数据不合规")
		}
		all.Write(f.Payload)
	}
}
