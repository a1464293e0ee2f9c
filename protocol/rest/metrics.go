package rest

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the standard numbers of an API, by route of the table and never
// by path: a path holds ids.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	inFlight prometheus.Gauge
}

// buckets reach from an answer out of memory to a slow upload, in seconds.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics(reg *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "xy_http_requests_total", Help: "API requests by route and status."},
			[]string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "xy_http_request_seconds", Help: "Time to answer API requests.", Buckets: buckets},
			[]string{"method", "route"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "xy_http_answer_bytes_total", Help: "Bytes of API answers."},
			[]string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "xy_http_in_flight", Help: "API requests being answered now."}),
	}
	m.requests, m.seconds = registered(reg, m.requests), registered(reg, m.seconds)
	m.bytes, m.inFlight = registered(reg, m.bytes), registered(reg, m.inFlight)
	return m
}

// registered gives the collector that counts: an API that is served at two
// doors has one set of numbers.
func registered[C prometheus.Collector](reg *prometheus.Registry, c C) C {
	err := reg.Register(c)
	var again prometheus.AlreadyRegisteredError
	if errors.As(err, &again) {
		return again.ExistingCollector.(C)
	}
	if err != nil {
		panic("rest: " + err.Error())
	}
	return c
}

func (m *metrics) done(method, route string, status int, bytes int64, took time.Duration) {
	m.inFlight.Dec()
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(method, route).Observe(took.Seconds())
	m.bytes.WithLabelValues(method, route).Add(float64(bytes))
}

// missed counts what no route answers under one label, whatever was asked for.
func (m *metrics) missed(status int, bytes int64) {
	m.requests.WithLabelValues("other", "none", strconv.Itoa(status)).Inc()
	m.bytes.WithLabelValues("other", "none").Add(float64(bytes))
}
