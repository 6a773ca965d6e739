# Everything that is done with this project by command. "make test" is the one
# that has to pass; it installs what its tests need where it may.

GO      ?= go
LDFLAGS := -s -w
FUZZTIME ?= 20s

.PHONY: all build run demo test test-moto test-judge soak tools lint lint-deploy sbom reproducible bench bench-million fuzz vuln measure generate clean

all: lint test

build: ## the server as one static binary in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/whystopped ./cmd/server

demo: ## the service with sample tasks, no account needed
	$(GO) run ./cmd/server -demo

run: ## the service on the AWS account of your environment
	$(GO) run ./cmd/server

tools: ## what the tests need beside Go: Chromium, the AWS CLI, curl, jq, PostgreSQL, and npm for axe-core
	@scripts/test-tools.sh chromium aws curl jq postgresql node npm
	cd test/browser/axe && npm ci --prefer-offline --no-audit --no-fund --silent

test: tools ## all tests, with the race detector and in random order
	WHYSTOPPED_REQUIRE_TOOLS=1 $(GO) test -race -shuffle=on -timeout 30m ./...

test-moto: ## the service against moto_server, an AWS server that others wrote
	$(GO) test -tags moto -count=1 -timeout 5m ./test/moto

test-judge: ## the generated policies before an independent simulator of IAM (npm)
	@scripts/test-tools.sh node npm
	cd internal/iampolicy/judge && npm ci --no-audit --no-fund --silent
	$(GO) test -tags judge -run Judge -count=1 ./internal/iampolicy ./internal/diagnose

DURATION ?= 30m
soak: ## the whole service for DURATION on each database, with doubles that fail now and then
	SOAK_DURATION=$(DURATION) $(GO) test -tags soak -count=1 -timeout 0 -v ./test/soak

lint: lint-deploy ## formatting, vet, staticcheck, the Dockerfile's rules
	@out=$$($(GO) tool gofumpt -l cmd internal test web); if [ -n "$$out" ]; then echo "not formatted (go tool gofumpt -w .):"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags moto ./test/moto
	$(GO) vet -tags million ./internal/store
	$(GO) vet -tags soak ./test/soak
	$(GO) tool staticcheck ./...
	scripts/lint-dockerfile.sh Dockerfile
	$(GO) mod tidy -diff

lint-deploy: ## the templates, rules and scripts, as far as their linters are there
	scripts/lint-deploy.sh

sbom: ## what is linked into the server, in CycloneDX's JSON, in bin/
	scripts/sbom.sh

reproducible: ## two builds that must be the same to the byte: minutes
	scripts/reproducible.sh

bench: ## benchmarks of the engine and the way through the double
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-million: ## the history of a million tasks on both databases: size and answering times, half an hour
	$(GO) test -tags million -count=1 -v -timeout 120m -run Million ./internal/store

fuzz: ## each fuzz target for FUZZTIME
	scripts/fuzz.sh $(FUZZTIME)

vuln: ## known holes in dependencies; needs to reach vuln.go.dev
	$(GO) tool govulncheck ./...

measure: build ## size of the binary, start to first answer, idle memory
	scripts/measure.sh bin/whystopped

generate: ## the table of IAM actions from the Service Authorization Reference
	$(GO) generate ./...

clean:
	rm -rf bin
