# Everything a person runs. On a fresh machine `make check` and `make test` set up what they need themselves.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
WORKERS ?= 2
REFERENCE ?= ../shared/reference

.PHONY: help check replay economics histories test coverage demo lint format contracts programs vectors bench production hostile-codes conservation pack-reference wheel docs clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-16s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

check: $(READY) ## the conformance battery: every vector on the specification, those on chain also on our contracts
	$(BIN)/gearexe-spec check --workers $(WORKERS)
	$(BIN)/gearexe-spec check --workers $(WORKERS) --target evm --suite vectors/production/onchain
	$(BIN)/gearexe-spec vectors coverage --check --workers $(WORKERS)

replay: $(READY) ## production's on-chain recordings, replayed on our contracts (or on those in ARTIFACTS)
	$(BIN)/gearexe-spec check --workers $(WORKERS) --target evm$(if $(ARTIFACTS),:$(ARTIFACTS)) --suite vectors/production/onchain

economics: $(READY) ## the recorded economics, replayed on Symbiotic's official contracts and the published Middleware (a minute)
	$(BIN)/gearexe-spec check --workers $(WORKERS) --target evm --suite vectors/production/economics

SEED ?= 1
HISTORIES ?= 100
histories: $(READY) ## random histories of the contracts on the specification, on ours and on those in ARTIFACTS
	$(BIN)/python -m gearexe_spec.fuzzing.contract_campaign --seed $(SEED) --histories $(HISTORIES) $(if $(ARTIFACTS),--artifacts $(ARTIFACTS))

test: $(READY) ## all tests, and the static checks
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

ROOMS := base codec crypto onchain symbiotic wasm execution program executor
coverage: $(READY) ## branch coverage of the specification by all vectors and the tests of its rooms (a quarter of an hour)
	$(BIN)/coverage erase
	$(BIN)/coverage run $(BIN)/gearexe-spec check --workers 1 --seconds 600
	$(BIN)/coverage run --append -m pytest -m "not slow" $(ROOMS:%=tests/%)
	$(BIN)/coverage report

demo: $(READY) ## one message travels all the way, on real parts
	$(BIN)/gearexe-spec demo

bench: $(READY) ## benchmarks, each beside its peer; ratios at the end
	$(BIN)/python -m pytest benchmarks --benchmark-only

lint: $(READY) ## formatting, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contracts: ## compile our Solidity contracts into gearexe_spec/evm/artifacts (Node.js 20)
	npm ci --no-audit --no-fund
	node gearexe_spec/evm/build_contracts.mjs

programs: ## build the example programs (Rust: rustc-web, cargo-web, rust-web-src, lld), also those on gstd and sails-rs
	examples/programs/build.sh
	examples/sdk/build.sh

production: $(READY) ## fetch and build the published implementation (Rust; minutes), for `--target production` and `diff`
	$(BIN)/gearexe-spec production build

vectors: $(READY) ## run the sources in tests/vectors and write vectors/
	$(BIN)/gearexe-spec vectors fill --workers $(WORKERS)

clients: ## build the example clients of the wire in targets/ (Rust, Node.js 20)
	cd targets/rust && cargo build --release --locked
	cd targets/typescript && npm ci --no-audit --no-fund && npx tsc

faulty: $(READY) ## plant mistakes in the specification; the vectors must find them (minutes)
	$(BIN)/gearexe-spec check --target faulty --workers $(WORKERS)

hostile-codes: $(READY) ## a million damaged codes through decoder and validator, each with a verdict
	$(BIN)/python -m pytest tests/wasm/test_hostile.py -m slow -s

conservation: $(READY) ## value and gas conserved over 100,000 random requests: two minutes
	$(BIN)/python -m pytest tests/executor/test_conservation.py -m slow -s

pack-reference: $(READY) ## pack production's recordings from REFERENCE into vectors/production
	$(BIN)/python -m gearexe_spec.conformance.pack $(REFERENCE) vectors/production

docs: $(READY) ## build the chapters into site/ (strict)
	$(BIN)/mkdocs build --quiet

wheel: $(READY) ## build the installable wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove everything that was made here
	rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .coverage .hypothesis .benchmarks node_modules
