# Copyright The CXone Receiver Authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO ?= go
# The toolchain that everything is built with: any Go since 1.21 downloads it through the module proxy.
export GOTOOLCHAIN := go1.26.10
FOR ?=
FUZZTIME ?= 30s
TOOL := $(GO) tool -modfile=tools/go.mod

# The modules of this repository, and those of them that have code: the others only say which version of a tool is used.
MODULES = $(patsubst %/,%,$(dir $(shell git ls-files '*go.mod')))
CODE := . test test/peers tools/browser tools/dashboards tools/datadog tools/manifests tools/release

# How the programs are compiled: static, and without the debug information that -s leaves out of them anyway. Making it,
# and collecting garbage before the compiler has filled its gigabyte, costs a quarter of the first build. One set of flags for all,
# the builder too, so that what they have in common is compiled once.
COMPILE = CGO_ENABLED=0 GOGC=off GOMEMLIMIT=1GiB GOFLAGS="$$($(GO) env GOFLAGS) -trimpath -gcflags=all=-dwarf=false -ldflags=-s"

# What cxonectl --version says: the distribution's version and the commit.
COMMIT = $(shell git describe --always --dirty --abbrev=8 --exclude '*' 2>/dev/null | sed 's/^/+/')
STAMP = -ldflags='-s -X main.stamped=$(VERSION)$(COMMIT)'

# What the programs are made of, embedded files too; tests are not.
PARTS = $(shell find $(1) -type f -not -name '*_test.go' -not -path '*/testdata/*') go.mod go.sum
# What make ui needs besides the collector.
DEMO := bin/ui bin/victoria-metrics bin/victoria-logs
# The end-to-end tests find the programs here.
PROGRAMS := CXONE_COLLECTOR='$(CURDIR)/bin/otelcol-cxone' CXONE_CTL='$(CURDIR)/bin/cxonectl'
# The race detector needs a C compiler on Linux; Go turns cgo off where it finds none.
RACE := $(shell [ "$$($(GO) env CGO_ENABLED)" = 1 ] && echo -race)

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build bin/quickstart ## Build the collector, deliver sample webhooks to it and show what comes out (FOR=20s: end by itself)
	@bin/quickstart -collector bin/otelcol-cxone -cxonectl bin/cxonectl -config examples/quickstart.yaml $(if $(FOR),-for $(FOR))

.PHONY: ui
ui: build $(DEMO) ## Show a rush hour in a browser: calls, metrics and logs (FOR=2m: end by itself)
	@bin/ui $(if $(FOR),-for $(FOR)) $(if $(LISTEN),-listen $(LISTEN))

.PHONY: screenshots
screenshots: build $(DEMO) ## Take the pictures of docs/images (takes eleven minutes; needs Chromium)
	$(GO) build -C tools/browser -o '$(CURDIR)/build/browser' .
	build/browser -directory docs/images

.PHONY: build
build: bin/otelcol-cxone bin/cxonectl ## Build bin/otelcol-cxone (the collector) and bin/cxonectl (the command)

bin/otelcol-cxone: build/otelcol-cxone/go.mod $(call PARTS,receiver internal)
	@echo "Compiling the collector into $@. The first time this takes about three minutes on two cores:" \
		"it compiles every component of builder-config.yaml."
	@$(COMPILE) $(GO) build -C build/otelcol-cxone -o '$(CURDIR)/$@' .

# The collector's sources are made anew when its components, or the modules of this one, change.
build/otelcol-cxone/go.mod: builder-config.yaml go.mod build/builder
	@echo "Making the collector's sources from builder-config.yaml. The first time this downloads its modules."
	@mkdir -p build/otelcol-cxone build/tmp
	@TMPDIR='$(CURDIR)/build/tmp' build/builder --config builder-config.yaml --skip-compilation \
		--skip-strict-versioning=false 2>build/builder.log || { cat build/builder.log; exit 1; }
	@rm -rf build/tmp
	@touch $@

build/builder: tools/go.mod tools/go.sum
	@echo "Compiling the collector's builder."
	@$(COMPILE) $(GO) build -modfile=tools/go.mod -o $@ go.opentelemetry.io/collector/cmd/builder

bin/cxonectl bin/quickstart bin/ui: bin/%: $(call PARTS,receiver internal cmd)
	@echo "Compiling $@."
	@$(COMPILE) $(GO) build $(STAMP) -o $@ ./cmd/$*

bin/victoria-metrics: tools/victoriametrics/go.mod tools/victoriametrics/go.sum
	@echo "Compiling VictoriaMetrics into $@. The first time this takes a minute or two."
	@$(COMPILE) $(GO) build -C tools/victoriametrics -o '$(CURDIR)/$@' github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics

bin/victoria-logs: tools/victorialogs/go.mod tools/victorialogs/go.sum
	@echo "Compiling VictoriaLogs into $@. The first time this takes half a minute."
	@$(COMPILE) $(GO) build -C tools/victorialogs -o '$(CURDIR)/$@' github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs

# What is released. The version stands in builder-config.yaml alone.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
VERSION := $(shell awk '$$1 == "version:" {print $$2; exit}' builder-config.yaml)

.PHONY: dist
dist: build/otelcol-cxone/go.mod ## Make the release in dist/ (minutes for each platform; PLATFORMS="linux/arm64": one)
	@rm -rf dist build/release && mkdir -p dist
	@done=0; for platform in $(PLATFORMS); do \
		export GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		folder="$(CURDIR)/build/release/$$GOOS-$$GOARCH"; suffix=; if [ $$GOOS = windows ]; then suffix=.exe; fi; \
		done=$$((done + 1)); echo "$$(date +%H:%M:%S)  $$done of $(words $(PLATFORMS)): compiling for $$platform"; \
		$(COMPILE) $(GO) build $(STAMP) -o "$$folder/cxonectl$$suffix" ./cmd/cxonectl; \
		$(COMPILE) $(GO) build -C build/otelcol-cxone -o "$$folder/otelcol-cxone$$suffix" .; \
	done
	@echo "$$(date +%H:%M:%S)  Packing into dist/"
	@$(GO) build -C tools/release -o '$(CURDIR)/build/release-tool' .
	@build/release-tool -version $(VERSION) -epoch $$(git log -1 --format=%ct 2>/dev/null || echo 0) $(PLATFORMS)

.PHONY: test
test: build test-unit test-e2e ## Run all tests: unit, golden and, against the built collector, end to end

.PHONY: test-unit
test-unit: ## Run the unit and golden tests, with the race detector where there is a C compiler
	$(if $(RACE),,@echo "No C compiler was found: the tests run without the race detector.")
	$(GO) test $(RACE) ./...

.PHONY: test-e2e
test-e2e: build $(DEMO) ## Run the end-to-end tests: the built programs, dashboards, alerts, and clicks in a browser
	cd test && $(PROGRAMS) $(GO) test -count=1 -timeout 20m -parallel 4
	$(PROGRAMS) $(GO) test -count=1 ./cmd/internal/... ./cmd/ui
	cd tools/browser && $(PROGRAMS) $(GO) test -count=1 -v .
	cd tools/dashboards && $(PROGRAMS) $(GO) test -count=1 ./...
	cd tools/manifests && $(GO) test -count=1 ./...
	cd tools/datadog && $(GO) test -count=1 ./...
	cd tools/release && $(PROGRAMS) $(GO) test -count=1 ./...

.PHONY: compat
compat: ## Build the receiver against other collector releases, and run its unit tests with the newest
	tools/compat

# The public database of vulnerabilities, unless VULNDB names another (file:///a/directory). A program is looked at by what
# it can call: the receiver and the commands here, and the collector as its builder puts it together.
VULNDB ?= https://vuln.go.dev
GOVULNCHECK = $(GO) tool -modfile='$(CURDIR)/tools/govulncheck/go.mod' govulncheck -db '$(VULNDB)'

.PHONY: vuln
vuln: build/otelcol-cxone/go.mod ## Look for known vulnerabilities in what is built (VULNDB=file://...: a copy of the database)
	$(GOVULNCHECK) ./receiver/... ./internal/... ./cmd/...
	cd build/otelcol-cxone && $(GOVULNCHECK) .

.PHONY: soak
soak: build ## Let faults happen under load for FOR=10m, and account for every delivery (needs about 3 GB of disk for each 10m)
	cd test && $(PROGRAMS) CXONE_SOAK='$(or $(FOR),10m)' $(GO) test -count=1 -timeout 0 -parallel 16 -run '^TestFault'

.PHONY: sizing
sizing: build ## Measure what a delivery costs the collector, for docs/sizing.md (some minutes)
	cd test && $(PROGRAMS) CXONE_SIZING=1 $(GO) test -count=1 -timeout 30m -run '^(TestSizing|TestSizingOfGarbageCollection|TestQueueRoom)$$'

.PHONY: fuzz
fuzz: ## Run every fuzz target in turn (FUZZTIME=30s each)
	@$(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | while read -r package; do \
		for target in $$($(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
			echo "== $$target ($$package)"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; \
		done; \
	done

.PHONY: bench
bench: build bin/peers ## Run the benchmarks, with allocation counts, and measure CPU time beside the peers
	$(GO) test -run '^$$' -bench . -benchmem ./receiver/... ./internal/... ./cmd/...
	bin/peers -collector bin/otelcol-cxone

.PHONY: bench-gate
bench-gate: bin/peers ## Fail where a delivery costs much more than it did, beside the least that any receiver must do for it
	cd test/peers && $(GO) test -count=1 ./...
	bin/peers -rounds 5 -turn 200ms -only 'no aggregation|^(voice|script) 1$$|protobuf, voice|JSON, script' -gate

bin/peers: $(call PARTS,receiver internal test/peers)
	@echo "Compiling $@: this receiver and its peers."
	@$(COMPILE) $(GO) build -C test/peers -o '$(CURDIR)/$@' .

.PHONY: generate
generate: generate-receiver ## Generate code and documentation from metadata.yaml, the schema of the configuration, and the dashboards
	$(GO) run -C tools/dashboards .

# mdatagen takes the label of the README's links to issues from the folder's name, which would have to be cxonereceiver.
.PHONY: generate-receiver
generate-receiver:
	$(TOOL) mdatagen receiver/metadata.yaml
	@sed 's|label%3Areceiver%2F\([^a-z]\)|label%3Areceiver%2Fcxone\1|g' README.md >README.new && cat README.new >README.md && rm README.new
	$(GO) run ./receiver/internal/configschema

.PHONY: fmt
fmt: ## Format the Go code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

GOLANGCI = $(GO) tool -modfile='$(CURDIR)/tools/golangci-lint/go.mod' golangci-lint run --config '$(CURDIR)/.golangci.yml'

.PHONY: lint
lint: ## Run golangci-lint (its first build takes minutes)
	@for module in $(CODE); do echo "golangci-lint: $$module"; (cd $$module && $(GOLANGCI) ./...); done

.PHONY: version
version: ## Print the version that is released next
	@echo $(VERSION)

.PHONY: check
check: ## Check format, lengths of lines, vet, licence lines, generated files, modules and workflows
check: check-format check-lines check-vet check-licence check-generated check-modules check-workflows

.PHONY: check-workflows
check-workflows:
	$(GO) tool -modfile=tools/release/go.mod actionlint

.PHONY: check-format
check-format:
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "Not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi

.PHONY: check-vet
check-vet:
	@for module in $(CODE); do echo "go vet: $$module"; (cd $$module && $(GO) vet ./...); done

# The linter measures the lines of Go. Not measured are data and generated files, and what cannot be split: in Markdown tables,
# links and blocks of code; in builder-config.yaml the replacements.
PROSE := ':!*.go' ':!*go.sum' ':!*.json' ':!*.png' ':!*testdata/*' ':!receiver/documentation.md'

.PHONY: check-lines
check-lines:
	@long=$$(git ls-files -co --exclude-standard -- $(PROSE) | xargs awk '\
		FNR == 1 {code = 0; markdown = FILENAME ~ /[.]md$$/} \
		markdown && /^ *```/ {code = !code} \
		length($$0) > 140 && !(markdown && (code || /^ *[|]/ || /^ *!?[[]/)) && !/ => / {print FILENAME ":" FNR ": " length($$0)}'); \
	if [ -n "$$long" ]; then echo "A line has 140 characters at most; these have more:"; echo "$$long"; exit 1; fi

.PHONY: check-licence
check-licence:
	@bare=$$(git ls-files -co --exclude-standard '*.go' | xargs awk '\
		FNR == 1 {copyright = $$0 == "// Copyright The CXone Receiver Authors"; generated = /Code generated .* DO NOT EDIT/} \
		FNR == 2 && !generated && !(copyright && $$0 == "// SPDX-License-Identifier: Apache-2.0") {print FILENAME}'); \
	if [ -n "$$bare" ]; then echo "Without the two licence lines at the top:"; echo "$$bare"; exit 1; fi

# Generated files are compared with what they were before, so that the check also works on uncommitted changes.
GENERATED := README.md receiver/documentation.md receiver/generated_component_test.go receiver/generated_package_test.go \
	receiver/internal/metadata receiver/internal/metadatatest receiver/config.schema.json

.PHONY: check-generated
check-generated:
	@before=$$(find $(GENERATED) -type f | sort | xargs cat | cksum); \
	$(MAKE) --silent generate-receiver; \
	after=$$(find $(GENERATED) -type f | sort | xargs cat | cksum); \
	if [ "$$before" != "$$after" ]; then echo "Generated files were stale: run make generate and commit the result."; exit 1; fi; \
	missing=$$(git ls-files --others --exclude-standard $(GENERATED)); \
	if [ -n "$$missing" ]; then echo "Generated files that git does not have yet (git add):"; echo "$$missing"; exit 1; fi

.PHONY: check-modules
check-modules:
	@for module in $(MODULES); do \
		(cd $$module && $(GO) mod tidy -diff) || { echo "go.mod or go.sum of $$module is not tidy: run go mod tidy there."; exit 1; }; \
	done

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin build dist
