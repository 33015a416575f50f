# Everything there is to do with a checkout. `make` alone prints what there is.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
# Empty: the first Python that will do is found by tools/make_venv.sh.
PYTHON ?=
# Passed on to pytest by `make test` and `make test-fast`: make test-fast ARGS="tests/jira -x"
ARGS ?=
UV := uv==0.13.9
AUDIT := pip-audit==2.10.1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

.PHONY: help
help:  ## Print this
	@echo "Usage: make TARGET"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: $(VENV)/.runtime  ## Start Ekachit on this machine, with a sandbox Jira; Ctrl-C ends it
	@exec $(BIN)/ekachit up

# --- checks ----------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/.dev  ## Run every test, on SQLite and on PostgreSQL
	@exec $(BIN)/python -m tools.run_tests $(ARGS)

.PHONY: test-fast
test-fast: $(VENV)/.dev  ## Run the tests that need no browser, on SQLite only; stop at the first failure
	@exec $(BIN)/python -m pytest -q -n auto --dist loadfile -x -m "not browser and not clients" $(ARGS)

.PHONY: soak
soak: $(VENV)/.dev  ## Play random histories of the sync for MINUTES=n on all cores; ARGS='--seed S' plays one again
	@PYTHONPATH=src $(BIN)/python -m tests.sync.simulation.soak $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev  ## Check style, types, directions of imports, sizes and names
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q --noconftest tests/structure

.PHONY: fix
fix: $(VENV)/.dev  ## Mend what ruff can mend, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: conformance
conformance: $(VENV)/.dev  ## Judge the sandbox Jira by clients written by others (needs node and npm)
	$(BIN)/python conformance/run.py all

# --- measurements: a target bench-NAME for each; in BENCHES are those that need nothing from outside ----

BENCHES := bench-start bench-sync bench-push bench-durable bench-web

.PHONY: bench $(BENCHES)
bench: $(BENCHES)  ## Take every measurement

bench-start: $(VENV)/.dev  ## Measure how long `make run` takes to answer, the first time and again
	@$(BIN)/python -m benchmarks.start

bench-sync: $(VENV)/.dev  ## Measure imports and polls beside bare requests; writes docs/performance.md
	@$(BIN)/python -m benchmarks.sync

bench-push: $(VENV)/.dev  ## Measure the way from a click to Jira's 204; writes docs/performance.md
	@$(BIN)/python -m benchmarks.push

bench-durable: $(VENV)/.dev  ## Measure what it costs that a click outlives a power cut; writes docs/performance.md
	@$(BIN)/python -m benchmarks.durable

bench-web: $(VENV)/.dev  ## Measure Today at the server and under the hand; writes docs/performance.md
	@$(BIN)/python -m benchmarks.web

.PHONY: bench-estimates
bench-estimates: $(VENV)/.dev  ## Measure the estimates on histories in EKACHIT_ESTIMATION_DATA, or with ARGS=--drawn
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.estimates $(ARGS)

# --- making of files -------------------------------------------------------------------------------

.PHONY: messages
messages: $(VENV)/.dev  ## Bring the translations in line with the texts, and compile them
	@$(BIN)/python -m tools.messages

.PHONY: screenshots
screenshots: $(VENV)/.dev  ## Make the pictures of the documentation anew
	$(BIN)/python -m tests.browser.screenshots

.PHONY: lock
lock: build/lock/bin/uv  ## Bring the lock files in line with pyproject.toml; UPGRADE=1 takes newer versions
	$(COMPILE) pyproject.toml --group build -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group postgres -c requirements-dev.lock -o requirements-postgres.lock

COMPILE = build/lock/bin/uv pip compile --quiet $(if $(UPGRADE),--upgrade) \
  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: audit
audit: build/audit/bin/pip-audit  ## Ask PyPI for known holes in what is shipped; code 1 if there is one (needs a network)
	@build/audit/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict $(ARGS)

build/audit/bin/pip-audit: Makefile
	@tools/make_venv.sh build/audit $(PYTHON)
	build/audit/bin/python -m pip --disable-pip-version-check --quiet install $(AUDIT)
	@touch $@

build/lock/bin/uv: Makefile
	@tools/make_venv.sh build/lock $(PYTHON)
	build/lock/bin/python -m pip --disable-pip-version-check --quiet install $(UV)
	@touch $@

# --- the virtual environment; each stamp is newer than what was last installed ---------------------

$(BIN)/python:
	@tools/make_venv.sh $(VENV) $(PYTHON)

$(VENV)/.runtime: requirements.lock pyproject.toml $(BIN)/python
	@echo "Installing what Ekachit needs ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what its developers need ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
