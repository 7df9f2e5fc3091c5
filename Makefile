# The two commands of this project: `make run` and `make test`. The others are what they are made of.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PROFILE ?= quick
TARGET := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help run build web models test prove fmt lint check clean

help: ## Show this list
	@grep -E '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: ## Build what is missing, then run the demo clinic on http://127.0.0.1:8080 (ARGS="..." are passed on)
	@scripts/step prerequisites python3 scripts/prerequisites.py
	@$(MAKE) --no-print-directory build models
	@exec $(TARGET)/$(PROFILE)/voxanne demo $(ARGS)

build: web ## Build the dashboard and the optimized program
	@scripts/step program cargo build --locked --quiet --profile $(PROFILE) -p voxanne-server

web: ## Build the dashboard, if it changed
	@scripts/step dashboard python3 scripts/web.py build

models: ## Fetch the pinned model files, if they are missing
	@scripts/step models python3 scripts/models.py

test: ## Everything: format, lints, unit, both databases, integration, official SDKs, browser (under 40 minutes on 2 cores)
	@python3 scripts/prerequisites.py --test
	@python3 scripts/test.py

prove: ## The full form of every proof (minutes to hours)
	@python3 scripts/prerequisites.py --test
	@python3 scripts/test.py --full

bench-%: ## Measure NAME beside its reference (bench-intake); figures go to target/bench/NAME.json
	@$(MAKE) --no-print-directory build models
	@scripts/step benchmarks cargo build --locked --quiet --profile $(PROFILE) -p voxanne-benches
	@$(TARGET)/$(PROFILE)/bench-$*

fmt: ## Format everything
	@cargo fmt --all
	@python3 scripts/web.py format

lint: ## Lints without tests
	@cargo clippy --locked --workspace --all-targets -- -D warnings

check: ## The quick rules: file lengths, links, directions, words, secrets
	@python3 scripts/check.py

clean: ## Remove what was built; data and models stay
	@rm -rf target web/dist web/node_modules
