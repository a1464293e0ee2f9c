package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// review is a hub with n requests; those whose number ends in 3 are refused,
// and all are denied from the number denied on.
func review(t *testing.T, n, denied int) (args []string, published *atomic.Int64) {
	published = new(atomic.Int64)
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, status int, v any) {
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET /api/v1/requests", func(w http.ResponseWriter, r *http.Request) {
		items := []any{map[string]any{"id": "late", "body": map[string]string{"state": "done"}}} // the index is a moment behind
		for i := range n {
			items = append(items, map[string]any{"id": fmt.Sprint(i), "body": map[string]string{"state": "filed"}})
		}
		answer(w, http.StatusOK, map[string]any{"items": items})
	})
	mux.HandleFunc("POST /api/v1/requests/{id}/publish", func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		switch {
		case id == "late":
			t.Error("a request that was answered was published again")
		case published.Load() >= int64(denied):
			answer(w, http.StatusForbidden, map[string]string{"code": "denied", "detail": "没有权限"})
		case strings.HasSuffix(id, "3"):
			answer(w, http.StatusUnprocessableEntity, map[string]string{"code": "refused", "rule": "I-02", "detail": "机构已停用"})
		default:
			published.Add(1)
			answer(w, http.StatusOK, map[string]string{"id": id})
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"hub", "requests", "publish", "--all", "-o", "json", "--server-url", s.URL, "--token-file", token}, published
}

func TestOneRefusalDoesNotStopTheRest(t *testing.T) {
	args, published := review(t, 40, 1000)
	code, out := capture(t, args)
	var got outcome
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if code != exitRefused || published.Load() != 36 || got.Done != 36 || len(got.Failed) != 4 || got.Failed[0].Rule != "I-02" {
		t.Errorf("exit %d, %d published, %+v", code, published.Load(), got)
	}
}

func TestADenialStopsTheRest(t *testing.T) {
	args, published := review(t, 200, 5)
	if code, out := capture(t, args); code != exitDenied || published.Load() > 5+atOnce {
		t.Errorf("exit %d, %d published, %s", code, published.Load(), out)
	}
}

// capture runs one command line in this process.
func capture(t *testing.T, args []string) (code int, stdout []byte) {
	t.Helper()
	root := newRoot()
	var out, errs strings.Builder
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err := root.ExecuteContext(context.WithoutCancel(t.Context()))
	return exitCode(err), []byte(out.String())
}
