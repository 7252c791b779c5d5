# The commands of the house. `make demo` and `make test` need Python >= 3.11 and make; they set up the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
REPLAY_VENV ?= .venv-replay
PEERS_VENV ?= .venv-peers
PEERS := 'curl_cffi<0.14' fundus extruct news-please newspaper4k trafilatura

.PHONY: help demo test test-processes test-survival test-spark test-equality test-distribution docs docs-update lint types check bench peers sample clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/.ready: pyproject.toml | $(BIN)/python
	@echo 'setting up $(VENV) (once)'
	@$(BIN)/python -m pip install --quiet --editable '.[crawl]'
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(BIN)/python
	@echo 'setting up $(VENV) for tests (once)'
	@$(BIN)/python -m pip install --quiet --editable '.[crawl,parquet,remote]' --group dev
	@touch $@ $(VENV)/.ready

# pywb overwrites modules that we use (see pyproject.toml): the independent replay judge gets its own environment.
$(REPLAY_VENV)/.ready: pyproject.toml | $(BIN)/python
	@echo 'setting up $(REPLAY_VENV) for the replay tests (once)'
	@$(PYTHON) -m venv $(REPLAY_VENV)
	@$(REPLAY_VENV)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(REPLAY_VENV)/bin/python -m pip install --quiet --group replay
	@touch $@

demo: $(VENV)/.ready ## Load, extract, verify, explain and crawl sample pages, offline
	@PATH="$(abspath $(BIN)):$$PATH" sh scripts/demo.sh

lint: $(VENV)/.ready-dev ## ruff: lint and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev ## mypy --strict
	@$(BIN)/mypy

check: lint types

# Suites that start processes by the hundred: crawls, jobs, projects that are written and tested. They have a target of their own.
PROCESSES := tests/crawl tests/jobs tests/authoring

test: $(VENV)/.ready-dev $(REPLAY_VENV)/.ready check ## What must pass before all else: lint, types, tests with coverage
	@REPLAY_BIN="$(abspath $(REPLAY_VENV))/bin" $(BIN)/python -m pytest -n auto --cov --cov-report=term $(PROCESSES:%=--ignore=%) $(ARGS)

test-processes: $(VENV)/.ready-dev $(REPLAY_VENV)/.ready ## Crawls, jobs over archives, and what helps plugin authors
	@REPLAY_BIN="$(abspath $(REPLAY_VENV))/bin" $(BIN)/python -m pytest -n auto $(PROCESSES) $(ARGS)

test-survival: $(VENV)/.ready-dev ## Kill a crawl fifty times, and see that nothing is lost or doubled
	@SURVIVAL_KILLS=50 $(BIN)/python -m pytest -o faulthandler_timeout=3600 tests/crawl/test_jobs.py -k no_kill

$(VENV)/.ready-spark: $(VENV)/.ready-dev
	@echo 'setting up $(VENV) for Spark (once)'
	@$(BIN)/python -m pip install --quiet --editable '.[crawl,parquet,remote,spark]'
	@touch $@

test-spark: $(VENV)/.ready-spark ## The Spark engine on a cluster of this machine; needs Java 17
	@$(BIN)/python -m pytest -m spark tests/spark $(ARGS)

test-equality: $(VENV)/.ready-spark ## Both engines on twenty thousand pages, with kills: the same bytes; needs Java 17
	@EQUALITY_PAGES=20000 $(BIN)/python -m pytest -o faulthandler_timeout=7200 -m spark tests/spark/test_equality.py $(ARGS)

$(VENV)/.ready-docs: $(VENV)/.ready-dev
	@echo 'setting up $(VENV) for the documentation (once)'
	@$(BIN)/python -m pip install --quiet --group docs
	@touch $@

docs: $(VENV)/.ready-docs ## The documentation, into build/docs: every command in it is run, and warnings are errors
	@$(BIN)/python scripts/docs/console.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

docs-update: $(VENV)/.ready-docs ## Write what the commands print now into the pages
	@$(BIN)/python scripts/docs/console.py --update $(ARGS)

test-distribution: $(VENV)/.ready-dev ## Wheels, fresh environments, and a plugin from a distribution of its own
	@$(BIN)/python -m pytest -m distribution tests/distribution $(ARGS)

bench: $(VENV)/.ready ## Measure against other libraries, in one run each
	@$(BIN)/python -m pip install --quiet --group bench
	@$(BIN)/python benchmarks/pages.py $(ARGS)
	@$(BIN)/python benchmarks/extract.py
	@$(BIN)/python benchmarks/crawl.py

# Their requirements contradict ours, and each other's as they are declared: an environment of their own, one after the other.
peers: $(VENV)/.ready ## Measure against other extractors, in an environment of their own
	@test -x $(PEERS_VENV)/bin/python || $(PYTHON) -m venv $(PEERS_VENV)
	@for peer in $(PEERS); do $(PEERS_VENV)/bin/python -m pip install --quiet "$$peer"; done
	@$(BIN)/python benchmarks/peers.py --python $(PEERS_VENV)/bin/python $(ARGS)

sample: $(VENV)/.ready ## Make archives/sample.warc.gz again from the pages in scripts/sample
	@$(BIN)/python scripts/make_sample.py

clean: ## Remove the environments and caches
	@rm -rf $(VENV) $(REPLAY_VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
