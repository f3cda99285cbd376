# Everything a person needs, from a fresh clone. Each command does the set-up it needs itself.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup dashboard run backtest test screenshots lint check fmt bench soak setup-peers bench-peers \
	lock clean

READY := .venv/.ready
BIN := .venv/bin
UV_PINS := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate \
	--no-header
UV_COMPILE := $(UV_PINS) --python-version 3.11
UV_PEERS := $(UV_PINS) --python-version 3.12 --only-binary :all: --upgrade

help:  ## show these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

setup: $(READY)  ## make .venv with everything the other commands need

$(READY): pyproject.toml requirements/py311.txt requirements/uv.txt scripts/setup.sh \
		scripts/requirement_ranges.py
	@scripts/setup.sh

dashboard: $(READY)  ## build the dashboard, if its sources changed
	@scripts/build_dashboard.sh

run: $(READY) dashboard  ## trade on a local exchange that plays real data, until Ctrl-C
	@$(BIN)/traider run --demo

backtest: $(READY) dashboard  ## back-test the rule ensemble on the sample bars
	@$(BIN)/traider backtest --config examples/ensemble.toml

test: $(READY) dashboard  ## run every test, compiled and interpreted, with coverage, on each Python at hand
	@scripts/get_chromium.sh
	@$(BIN)/python scripts/run_tests.py

screenshots: $(READY) dashboard  ## take pictures of every page into build/screenshots
	@scripts/get_chromium.sh
	@$(BIN)/python -m scripts.screenshots

lint: $(READY)  ## lint, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint  ## lint, types, import rules and house rules
	@$(BIN)/python -m pytest -q tests/test_tidy.py

fmt: $(READY)  ## format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY)  ## print the benchmark tables
	@$(BIN)/python -m benchmarks

soak: $(READY)  ## trade a day of market time at speed among faults (24 minutes)
	@$(BIN)/python -m benchmarks.soak

setup-peers: $(READY)  ## make the environments of other engines (needs Python 3.12)
	@scripts/setup_peers.sh

bench-peers: setup-peers  ## run other engines beside this one on the same data, rules and fees
	@$(BIN)/python -m benchmarks.peers

lock: $(READY)  ## pin the newest versions with their hashes (needs uv)
	@$(UV_COMPILE) --upgrade --extra dev --extra browser --extra download --extra scale --extra ops \
		--extra optimize --extra archive --extra assistant --extra notebook pyproject.toml -o requirements/py311.txt
	@echo 'uv>=0.5' | $(UV_COMPILE) --upgrade - -o requirements/uv.txt
	@printf '%s\n' 'backtesting>=0.6.6' 'nautilus_trader>=1.231' 'vectorbt>=1.2' | \
		$(UV_PEERS) - -o requirements/peers-py312.txt
	@echo 'coinbase-advanced-py>=1.8.4' | $(UV_COMPILE) --upgrade - \
		-o requirements/client-coinbase-sdk.txt
	@echo 'ccxt>=4.5.90' | $(UV_COMPILE) --upgrade - -o requirements/client-ccxt.txt
	@echo 'hftbacktest>=2.4.4' | $(UV_PEERS) - -o requirements/peers-hftbacktest-py312.txt

clean:  ## remove the environments and every cache of the checkout
	@rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis \
		.coverage .coverage.* htmlcov dist build
