// Package wire turns the words of package protocol into bytes and back: entry
// headers, batches, records, feed lines, the envelope of every stored value,
// and the frames and control messages of a session. SPEC.md beside it is the
// norm; a test reads its tables and compares.
//
// It is not a session: it opens no stream, knows no certificate and decides
// nothing. Signatures are carried here and verified by whoever holds keys.
//
//	e, err := wire.Seal(&header, body)          // on the writer's side, once
//	payload, err := wire.AppendBatch(nil, &wire.Batch{Origin: o, Entries: []protocol.Entry{e}, Checkpoint: cp})
//	err = w.Write(wire.FrameBatch, wire.MustUnderstand, payload)
//
//	f, err := r.Expect(wire.FrameBatch)         // on the reader's side
//	batch, rest, err := wire.ReadBatch(f.Payload)
//	err = batch.CheckChain(last)
//
// Every decoder is given foreign bytes: it never panics, never allocates more
// than a small multiple of what it was given, and reports a *protocol.Fault of
// code malformed, toobig or badchain. Strings are copied out; byte slices
// (Entry.Raw, Entry.Body, Record.Body, Frame.Payload) are views of the input,
// so whoever keeps them beyond the life of the input copies them first
// (pitfalls.B7).
//
// Compatibility: bytes written under a version stay readable for ever; golden
// files of every released version are kept in testdata. A changed layout is a
// new version, a changed meaning is a new frame type.
package wire
