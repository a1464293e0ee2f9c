// Package blob keeps content-addressed chunks on a local disk: the scans,
// documents and dataset files that entries cite and never carry
// (replication.md §13, B1, B3, B5 and B6).
//
// It knows chunks and nothing else: which chunks make a file is said by the
// blob manifest, who may read it by the caller, what may be deleted by the
// collector (B7), and copying to other holders is a matter of replication.
//
//	s, err := blob.Open("/var/lib/xiangyun/blob", blob.Options{Log: log})
//	put, err := s.Put(ctx, upload, 200<<20)  // durable when it returns
//	io.Copy(w, s.Reader(ctx, put.Chunks))    // every byte checked before it leaves
//
// Compatibility: the layout ab/cd/<hash> and ChunkSize are frozen; a new hash
// gets a folder of its own.
package blob
