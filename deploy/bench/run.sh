#!/usr/bin/env bash
# Measures the bars of architecture §10 on this machine: hub servers, nodes and
# a client as separate processes on loopback, real fsync. At most 10 minutes;
# --quick at most 90 seconds. BENCH_DIR chooses the disk.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p bin
go build -trimpath -o bin/bench ./cmd/internal/bench
exec bin/bench ${BENCH_DIR:+--dir "$BENCH_DIR"} "$@"
