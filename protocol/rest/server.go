package rest

import (
	"log/slog"
	"net/http"
	"time"
)

// Server makes an HTTP server whose limits fit an office network: a slow header
// or an idle connection does not hold a place. Endpoints that need longer than
// these times extend them for themselves.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: defaultTimeout, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}
