# Copyright The CXone Receiver Authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO ?= go
FOR ?=
FUZZTIME ?= 30s
TOOL := $(GO) tool -modfile=tools/go.mod

# Everything that the programs are made of; test files are not.
SOURCES := $(shell find receiver internal cmd -name '*.go' -not -name '*_test.go') go.mod go.sum
# The end-to-end tests find the programs here.
PROGRAMS := CXONE_COLLECTOR='$(CURDIR)/bin/otelcol-cxone' CXONE_CTL='$(CURDIR)/bin/cxonectl'
# The race detector needs a C compiler on Linux.
RACE := $(shell command -v gcc >/dev/null || command -v clang >/dev/null && echo -race)

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build bin/quickstart ## Build the collector, deliver sample webhooks to it and show what comes out (FOR=20s: end by itself)
	@bin/quickstart -collector bin/otelcol-cxone -cxonectl bin/cxonectl -config examples/quickstart.yaml $(if $(FOR),-for $(FOR))

.PHONY: build
build: bin/otelcol-cxone bin/cxonectl ## Build bin/otelcol-cxone (the collector) and bin/cxonectl (the command)

bin/otelcol-cxone: build/otelcol-cxone/go.mod $(SOURCES)
	@echo "Compiling the collector into $@. The first time this takes minutes: it compiles every component of builder-config.yaml."
	@CGO_ENABLED=0 $(GO) build -C build/otelcol-cxone -trimpath -ldflags='-s -w' -o '$(CURDIR)/$@' .

# The collector's sources are made anew when its components, or the modules of this one, change.
build/otelcol-cxone/go.mod: builder-config.yaml go.mod tools/go.mod
	@echo "Making the collector's sources from builder-config.yaml. The first time this downloads its modules."
	@mkdir -p build/otelcol-cxone
	@$(TOOL) builder --config builder-config.yaml --skip-compilation 2>build/builder.log || { cat build/builder.log; exit 1; }
	@touch $@

bin/cxonectl bin/quickstart: bin/%: $(SOURCES)
	@echo "Compiling $@."
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o $@ ./cmd/$*

.PHONY: test
test: test-unit test-e2e ## Run all tests: unit, golden and, against the built collector, end to end

.PHONY: test-unit
test-unit: ## Run the unit and golden tests, with the race detector where there is a C compiler
	$(if $(RACE),,@echo "No C compiler was found: the tests run without the race detector.")
	$(GO) test $(RACE) ./...

.PHONY: test-e2e
test-e2e: build ## Run the end-to-end tests against the built collector
	cd test && $(PROGRAMS) $(GO) test -count=1 ./...

.PHONY: fuzz
fuzz: ## Run every fuzz target in turn (FUZZTIME=30s each)
	@$(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | while read -r package; do \
		for target in $$($(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz' || true); do \
			echo "== $$target ($$package)"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package"; \
		done; \
	done

.PHONY: bench
bench: ## Run the benchmarks, with allocation counts
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: generate
generate: ## Generate code and documentation from metadata.yaml
	$(TOOL) mdatagen receiver/metadata.yaml

.PHONY: fmt
fmt: ## Format the Go code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

.PHONY: lint
lint: ## Run golangci-lint (its first build takes minutes)
	$(GO) tool -modfile=tools/golangci-lint/go.mod golangci-lint run ./...
	cd test && $(GO) tool -modfile=../tools/golangci-lint/go.mod golangci-lint run --config ../.golangci.yml ./...

.PHONY: check
check: check-format check-vet check-licence check-generated check-modules ## Check format, vet, licence headers, generated files and modules

.PHONY: check-format
check-format:
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "Not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi

.PHONY: check-vet
check-vet:
	$(GO) vet ./...
	cd test && $(GO) vet ./...

.PHONY: check-licence
check-licence:
	@bare=$$(git ls-files -co --exclude-standard '*.go' | xargs grep -L -e 'SPDX-License-Identifier: Apache-2.0' -e 'Code generated .* DO NOT EDIT' || true); \
	if [ -n "$$bare" ]; then echo "Without licence header:"; echo "$$bare"; exit 1; fi

# Generated files are compared with what they were before, so that the check also works on uncommitted changes.
GENERATED := README.md receiver/documentation.md receiver/generated_component_test.go receiver/generated_package_test.go receiver/internal/metadata receiver/internal/metadatatest

.PHONY: check-generated
check-generated:
	@before=$$(find $(GENERATED) -type f | sort | xargs cat | cksum); \
	$(TOOL) mdatagen receiver/metadata.yaml; \
	after=$$(find $(GENERATED) -type f | sort | xargs cat | cksum); \
	if [ "$$before" != "$$after" ]; then echo "Generated files were stale: run make generate and commit the result."; exit 1; fi

.PHONY: check-modules
check-modules:
	@for module in . test tools tools/golangci-lint; do \
		(cd $$module && $(GO) mod tidy -diff) || { echo "go.mod or go.sum of $$module is not tidy: run go mod tidy there."; exit 1; }; \
	done

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin build
