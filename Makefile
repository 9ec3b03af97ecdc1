# Sluice. "make help" lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILDFLAGS = -buildvcs=false -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

# Addresses of "make run".
LISTEN ?= 127.0.0.1:4566
BACKEND ?= 127.0.0.1:4567

# How long "make fuzz" runs each target, and which packages it looks at.
FUZZTIME ?= 30s
PKG ?= ./...

# Which benchmarks "make bench" runs, how often and for how long. Of less than six
# runs benchstat says nothing about what is noise.
BENCH ?= .
COUNT ?= 6
BENCHTIME ?= 100ms
BENCHED = $(if $(filter-out file,$(origin PKG)),$(PKG),./bench ./runtime/... ./mapping/... ./throttle/... ./authorizers/... ./cache)
BASELINE = bench/baseline.txt

# How long "make soak" runs.
SOAK ?= 30m

# What "make load" measures: scenarios and peers by (the beginning of) their names,
# separated by commas, PEERS=none for none; rounds, and the time of each.
SCENARIOS ?=
PEERS ?=
ROUNDS ?= 5
DURATION ?= 1s

# The benchmarks that "make profile" and "make pgo" look at.
PROFILE ?= Pipeline

# The program that "make oracle" compares templates with, and how many it makes.
ORACLE ?=
TEMPLATES ?= 100000

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build bin/sluice
	$(GO) build $(BUILDFLAGS) -o bin/sluice ./cmd/sluice

.PHONY: run
run: build ## Serve the PetStore example with a local backend (LISTEN=, BACKEND=)
	$(GO) build $(BUILDFLAGS) -o bin/petstore-backend ./testdata/petstore/backend
	@scripts/run-petstore $(LISTEN) $(BACKEND)

.PHONY: test
test: test-needs ## Unit tests, end-to-end tests, and both under the race detector
	$(GO) test ./...
	CGO_ENABLED=1 $(GO) test -race -short ./...

# The race detector is linked with the C compiler, the lines that "make run" prints
# are run by curl, functions by Node.js and Python, and nodes share limits through
# Redis and their configuration through PostgreSQL, which Debian keeps off the PATH:
# a bare machine lacks them.
.PHONY: test-needs
test-needs:
	@command -v $${CC:-gcc} >/dev/null || scripts/install gcc libc6-dev
	@command -v curl >/dev/null || scripts/install curl ca-certificates
	@command -v redis-server >/dev/null || scripts/install redis-server
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || scripts/install postgresql
	@command -v node >/dev/null || scripts/install nodejs
	@command -v python3 >/dev/null || scripts/install python3
	@command -v npm >/dev/null || scripts/install npm
	@command -v aws >/dev/null || scripts/install awscli
	@python3 -c 'import boto3' 2>/dev/null || /usr/bin/python3 -c 'import boto3' 2>/dev/null || scripts/install python3-boto3
	@$(GO) mod download

# A profile-guided build compiles every dependency a second time for the binary
# alone: worth it for "make build", a waste of minutes for checks.
lint test: export GOFLAGS := $(GOFLAGS) -pgo=off

.PHONY: lint
lint: ## gofumpt, go vet and staticcheck; all must be silent
	@files="$$($(GO) tool gofumpt -l .)"; if [ -n "$$files" ]; then \
		echo "gofumpt would change (run: go tool gofumpt -w .):"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

.PHONY: bench
bench: ## Benchmarks, compared with bench/baseline.txt (BENCH=pattern, PKG=, COUNT=6, BENCHTIME=100ms)
	@mkdir -p bin
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -benchtime $(BENCHTIME) -p 1 -timeout 30m $(BENCHED) >bin/bench.txt || { cat bin/bench.txt; exit 1; }
	$(GO) tool benchstat $(BASELINE) bin/bench.txt

# Only a quiet machine makes a baseline, and only a whole run.
.PHONY: baseline
baseline: bench ## Make the run of "make bench" the one that later ones are compared with
	cp bin/bench.txt $(BASELINE)

.PHONY: load
load: build ## Side by side with other gateways (SCENARIOS=, PEERS=, ROUNDS=5, DURATION=1s)
	$(GO) build -buildvcs=false -o bin/load ./bench/load
	bin/load -sluice bin/sluice -scenarios '$(SCENARIOS)' -peers '$(PEERS)' -rounds $(ROUNDS) -duration $(DURATION) \
		-json bin/load.json -svg bin/load.svg
	@echo "wrote bin/load.json and bin/load.svg"

.PHONY: soak
soak: build ## Run at half load for SOAK=30m and watch memory and latencies
	$(GO) build -buildvcs=false -o bin/load ./bench/load
	bin/load -sluice bin/sluice -soak $(SOAK)

.PHONY: profile
profile: ## CPU, allocation, mutex and block profiles of the pipeline (PROFILE=pattern)
	@mkdir -p bin/profile
	$(GO) test -run '^$$' -bench '$(PROFILE)' -benchmem -benchtime 2s -o bin/profile/bench.test -outputdir bin/profile \
		-cpuprofile cpu.prof -memprofile alloc.prof -memprofilerate 1024 -mutexprofile mutex.prof -blockprofile block.prof ./bench
	@echo "look at them with: $(GO) tool pprof -http : bin/profile/bench.test bin/profile/cpu.prof"

# The compiler reads cmd/sluice/default.pgo by itself: it inlines what the profile
# shows to be hot. The benchmarks run the same packages as the program does.
.PHONY: pgo
pgo: ## Refresh cmd/sluice/default.pgo, the profile that builds are optimised by
	@mkdir -p bin/profile
	$(GO) test -run '^$$' -bench 'Pipeline|Mock|HTTPProxy' -benchtime 3s -o bin/profile/bench.test -outputdir bin/profile \
		-cpuprofile pgo.prof ./bench
	$(GO) tool pprof -proto -output cmd/sluice/default.pgo bin/profile/bench.test bin/profile/pgo.prof

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME=30s (PKG=./...)
	@scripts/fuzz $(FUZZTIME) $(PKG)

.PHONY: oracle
oracle: ## Compare random templates with a reference (ORACLE=path, TEMPLATES=100000)
	@[ -n "$(ORACLE)" ] || { echo "say where the oracle is: make oracle ORACLE=path/to/oracle"; exit 2; }
	ORACLE=$(abspath $(ORACLE)) TEMPLATES=$(TEMPLATES) $(GO) test -p 1 -count=1 -timeout 0 -v -run Oracle ./mapping/...

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin
	$(GO) clean -testcache
