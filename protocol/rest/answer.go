package rest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// answerWriter notes what was answered.
type answerWriter struct {
	http.ResponseWriter
	status int // 0 until the answer has begun
	bytes  int64
}

func (w *answerWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (e *endpoint) answer(w *answerWriter, r *http.Request, out any) error {
	h := w.Header()
	if o, ok := out.(headed); ok {
		o.head(h)
	}
	if o, ok := out.(located); ok {
		h.Set("Location", o.Location())
	}
	if o, ok := out.(revisioned); ok && o.Revision() > 0 {
		h.Set("ETag", strconv.Quote(strconv.FormatUint(o.Revision(), 10)))
	}
	switch o := out.(type) {
	case None:
		w.WriteHeader(http.StatusNoContent)
		return nil
	case File:
		return serveFile(w, r, o)
	}
	return writeJSON(w, e.Status, "application/json", out)
}

// writeJSON encodes first, so that what cannot be encoded becomes a problem and
// not half an answer. An answer that the caller no longer reads is no fault.
func writeJSON(w http.ResponseWriter, status int, media string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	if _, err := w.Write(append(body, '\n')); err != nil {
		return nil // the connection is gone; nobody is left to tell
	}
	return nil
}

func serveFile(w http.ResponseWriter, r *http.Request, f File) error {
	if c, ok := f.Content.(io.Closer); ok {
		defer c.Close()
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if f.Tag != "" {
		h.Set("ETag", strconv.Quote(f.Tag))
	}
	http.ServeContent(w, r, "", f.At, f.Content)
	return nil
}
