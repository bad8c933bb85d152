# `make site` and `make test` set everything up themselves; the second time there is nothing left to set up.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BUILDERS := .venv-builders
BIN := $(VENV)/bin
STARTER := generator/broadsheet/starter
PIP := -m pip install --quiet --disable-pip-version-check
# A package without a wheel (feedgen) is built with the pinned tools alone.
LOCKED := $(PIP) --require-hashes --no-build-isolation --use-pep517 -r
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' $(ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help site test test-fast soak kills manual bench audit serve check ping lint lint-code lint-form lint-types lint-imports lint-workflows lint-scripts format lock dist clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

site: $(VENV)/.site ## Set up, and build the demo site from data/ into site/
	$(BIN)/broadsheet build $(ARGS)

test: $(VENV)/.test $(BUILDERS)/.ready ## Set up, and run the tests (ARGS="-k words" for some of them)
	@$(BIN)/python tests/tools.py
	@.ci/npm tests/axe || [ -z "$$CI" ]
	@.ci/npm tests/biome || [ -z "$$CI" ]
	@# Tests start hundreds of processes of the program, so its modules must be compiled.
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

test-fast: $(VENV)/.test ## Run the tests that need no browser, no server and little time (under a minute)
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest --numprocesses auto --dist loadfile -m fast $(ARGS)

soak: $(VENV)/.test ## Simulate a year of daily runs, and compare it with the truth (ARGS="--seed 1-10 --days 365")
	$(BIN)/python -m tests.soak $(ARGS)

manual: $(VENV)/.test ## Write the generated parts of the manual: commands, settings, messages, schemas
	$(BIN)/python -m tests.manual

bench: $(VENV)/.test ## Measure builds of large archives, beside Hugo and MkDocs (ARGS="--archives month,y1 --runs 3")
	$(BIN)/python -m tests.benchmarks $(ARGS)

kills: $(VENV)/.test ## Kill commands at random moments, and check what the next ones do (ARGS="--count 200 --seed 7")
	$(BIN)/python -m tests.kills $(ARGS)

audit: $(VENV)/.test ## Measure with Lighthouse how pages load, and compare it with the limits (ARGS="--runs 1")
	.ci/npm tests/lighthouse
	$(BIN)/python -m tests.audit $(ARGS)

serve: $(VENV)/.site ## Build, serve on http://127.0.0.1:8000, rebuild on change (ARGS="--port 8080")
	$(BIN)/broadsheet serve $(ARGS)

check: $(VENV)/.site ## List the problems of settings, data and the built site
	$(BIN)/broadsheet check $(ARGS)

ping: $(VENV)/.site ## Notify the WebSub hub of the settings, if any, that the feeds have changed
	$(BIN)/broadsheet ping $(ARGS)

lint: lint-code lint-form lint-types lint-imports lint-workflows lint-scripts ## Check without running the program: ruff, mypy, import layers, actionlint, Biome

lint-code: $(VENV)/.test
	$(BIN)/ruff check

lint-form: $(VENV)/.test
	$(BIN)/ruff format --check

lint-types: $(VENV)/.test
	$(BIN)/mypy

lint-imports: $(VENV)/.test
	$(BIN)/lint-imports

lint-workflows:
	tests/actionlint/run

lint-scripts:
	tests/biome/run check

format: $(VENV)/.test ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	tests/biome/run check --write

lock: $(VENV)/.test ## Pin the dependencies again (ARGS=--upgrade for newer ones)
	$(COMPILE) --group build -o requirements-build.lock
	$(COMPILE) pyproject.toml --extra local -o requirements.lock
	sed -n 's/^\([^ ]*==[^ ]*\( ; .*[^ ]\)\{0,1\}\) *\\$$/\1/p' requirements.lock > $(STARTER)/constraints.txt
	$(COMPILE) pyproject.toml --extra local --group test --group lint --group lock \
		--constraint requirements-build.lock --constraint requirements.lock -o requirements-dev.lock
	$(COMPILE) --group builders -o requirements-builders.lock

dist: $(VENV)/.site ## Build the source archive and the wheel into dist/, the same bytes each time
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/hatchling build

clean: ## Remove what was set up and built; data/, hand-written pages and files added to the site stay
	[ ! -x $(BIN)/python ] || $(BIN)/python -c \
		'from pathlib import Path; from broadsheet.build.clean import clear; clear(Path())'
	rm -rf $(VENV) $(BUILDERS) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/*/node_modules

$(BIN)/python:
	@.ci/venv '$(PYTHON)' $(VENV)

$(BUILDERS)/bin/python:
	@.ci/venv '$(PYTHON)' $(BUILDERS)

$(VENV)/.site: requirements-build.lock requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python $(LOCKED) requirements-build.lock
	$(BIN)/python $(LOCKED) requirements.lock
	$(BIN)/python $(PIP) --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-dev.lock $(VENV)/.site
	$(BIN)/python $(LOCKED) requirements-dev.lock
	@touch $@

$(BUILDERS)/.ready: requirements-builders.lock | $(BUILDERS)/bin/python
	$(BUILDERS)/bin/python $(LOCKED) requirements-builders.lock
	@touch $@
