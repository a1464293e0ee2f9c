package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var ownAssets embed.FS

const (
	assetPrefix = "/assets/"
	assetCache  = "public, max-age=31536000, immutable"
	hashDigits  = 12
)

// assetTypes are named here, not asked of the machine: its MIME tables differ,
// and nosniff makes a wrong one fatal.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".jpg": "image/jpeg", ".ico": "image/x-icon", ".woff2": "font/woff2",
}

type assets struct {
	urls  map[string]string // app.css → /assets/app.0123456789ab.css
	files map[string]asset  // by path below the prefix
}

type asset struct {
	kind string
	body []byte
}

func loadAssets(more fs.FS) (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	if err := a.add(mustSub(ownAssets, "assets")); err != nil {
		return nil, err
	}
	if more == nil {
		return a, nil
	}
	return a, a.add(more)
}

func (a *assets) add(src fs.FS) error {
	return fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if a.urls[name] != "" {
			return fmt.Errorf("asset %s is there twice", name)
		}
		body, err := fs.ReadFile(src, name)
		if err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
		ext := path.Ext(name)
		kind := or(assetTypes[ext], mime.TypeByExtension(ext))
		sum := sha256.Sum256(body)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:])[:hashDigits] + ext
		a.urls[name] = assetPrefix + hashed
		a.files[hashed] = asset{kind: or(kind, "application/octet-stream"), body: body}
		return nil
	})
}

// url is the template function asset: the address of a file with its hash.
func (a *assets) url(name string) (string, error) {
	if u := a.urls[name]; u != "" {
		return u, nil
	}
	return "", fmt.Errorf("no asset is named %q", name)
}

// Assets serves /assets/. The hash is part of the name, so a browser keeps a file
// for a year and asks again only when it changed.
func (s *Shell) Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, assetPrefix)
		f, ok := s.assets.files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", f.kind)
		w.Header().Set("Cache-Control", assetCache)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
	})
}
