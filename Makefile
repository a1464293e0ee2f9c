# Every target works on a machine with Go alone; .ci/run installs the rest.
.PHONY: build test fast full bench fuzz demo

build: ; go build -trimpath -o bin/xiangyun ./cmd/xiangyun
test: ; go test ./...
fast: ; bash .ci/run fast
full: ; bash .ci/run full
bench: ; bash deploy/bench/run.sh
fuzz: ; bash .ci/fuzz 30s
demo: ; go run ./cmd/xiangyun demo
