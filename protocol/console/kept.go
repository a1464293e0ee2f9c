package console

import (
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// A form that is posted after its session ended travels inside the login page,
// so that it survives a restart of the server too. Once somebody has logged in
// it waits here for the next request, for that person only.
const (
	keptField = "xy-kept" // of the login form
	keptParam = "kept"    // of the address the form is at
	maxKept   = 64
	keptLife  = 10 * time.Minute
	maxSkip   = 128 << 20 // bytes of files that are read past
)

type keeper struct {
	mu    sync.Mutex // guards forms
	forms []keptForm // oldest first
}

type keptForm struct {
	id, by string
	values url.Values
	at     time.Time
}

func (k *keeper) put(by string, values url.Values, now time.Time) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forms = slices.DeleteFunc(k.forms, func(f keptForm) bool { return now.Sub(f.at) > keptLife })
	if len(k.forms) >= maxKept {
		k.forms = k.forms[1:]
	}
	f := keptForm{id: rand.Text(), by: by, values: values, at: now}
	k.forms = append(k.forms, f)
	return f.id
}

// get gives a form to the person it was kept for, and again after a reload.
func (k *keeper) get(id, by string, now time.Time) url.Values {
	if id == "" {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.forms, func(f keptForm) bool { return f.id == id && f.by == by && now.Sub(f.at) <= keptLife })
	if i < 0 {
		return nil
	}
	return k.forms[i].values
}

// readValues reads what a form of a stranger says, without its files: nothing a
// stranger sends is stored.
func readValues(w http.ResponseWriter, r *http.Request) (values url.Values, files bool, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		r.Body = http.MaxBytesReader(w, r.Body, maxValues)
		if err := r.ParseForm(); err != nil {
			return nil, false, badForm(err)
		}
		return withoutSecrets(r.PostForm), false, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxSkip)
	values, err = ReadParts(r, func(part *multipart.Part) error {
		n, err := io.Copy(io.Discard, part)
		files = files || n > 0
		return err
	})
	return withoutSecrets(values), files, err
}

func withoutSecrets(values url.Values) url.Values {
	values.Del("password")
	return values
}

// ReadParts reads a multipart form as it comes in: values are collected, at most
// 1 MiB of them, and each file is handed to take. Nothing is spooled to disk on
// the way.
func ReadParts(r *http.Request, take func(*multipart.Part) error) (url.Values, error) {
	values := url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, badForm(err)
	}
	for left := int64(maxValues); ; {
		part, err := parts.NextPart()
		if err == io.EOF { // exactly: a form that was cut off gives one that wraps it
			return values, nil
		}
		if err != nil {
			return nil, badForm(err)
		}
		if part.FileName() != "" {
			if err := take(part); err != nil {
				return nil, err
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, badForm(err)
		}
		if left -= int64(len(text)); left < 0 {
			return nil, badForm(&http.MaxBytesError{Limit: maxValues})
		}
		values.Add(part.FormName(), string(text))
	}
}
