package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol/rest"
)

// listeners opens the HTTP door of a server, and the admin socket by which
// commands on the same machine reach it: open to whoever may read its folder.
func listeners(httpAddr, dir string) (door, admin net.Listener, err error) {
	if door, err = net.Listen("tcp", httpAddr); err != nil {
		return nil, nil, fmt.Errorf("打开网页端口 %s: %w", httpAddr, err)
	}
	path := filepath.Join(dir, client.Socket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, errors.Join(err, door.Close())
	}
	if admin, err = net.Listen("unix", path); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("打开管理接口 %s(整个路径至多 107 字节,过长请换一个数据目录): %w", path, err), door.Close())
	}
	return door, admin, os.Chmod(path, 0o600)
}

// serveHTTP serves until ctx ends, then lets requests finish.
func serveHTTP(ctx context.Context, log *slog.Logger, l net.Listener, h http.Handler, certFile, keyFile string) error {
	s := rest.Server(h, log)
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		done <- s.Shutdown(grace)
	}()
	var err error
	if certFile != "" {
		err = s.ServeTLS(l, certFile, keyFile)
	} else {
		err = s.Serve(l)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}
