# The example site, the tests and the tools, each in one word. Needs Python 3.11 or newer, and make.

PYTHON ?= python3
PORT ?= 8000
EMULATOR_PORT ?= 8001
WORKERS ?= 2
COVERAGE ?= --cov --cov-fail-under=95
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
FOR_DEMO := $(VENV)/.installed-demo
FOR_TESTS := $(VENV)/.installed-tests
FOR_LINT := $(VENV)/.installed-lint
FOR_BENCH := $(VENV)/.installed-bench

.PHONY: help demo test test-wide test-browser test-postgresql messages lint bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo             the example site and a handset in your browser; PORT=$(PORT) EMULATOR_PORT=$(EMULATOR_PORT)"
	@echo "make test             the tests; PYTEST_ARGS=\"-k login\" chooses some, COVERAGE= measures nothing"
	@echo "make test-wide        the tests that run whole projects, crawl every address, or ask the API anything"
	@echo "make test-browser     the tests that drive a real browser (Chromium)"
	@echo "make test-postgresql  the tests on PostgreSQL; DATABASE_URL=postgres://user:password@host/name"
	@echo "make messages         bring the translations in step with the source"
	@echo "make lint             ruff and mypy"
	@echo "make bench            measure"
	@echo "make clean            remove what the tools leave behind"

demo: $(FOR_DEMO)
	@PORT=$(PORT) EMULATOR_PORT=$(EMULATOR_PORT) exec $(BIN)/python -m example_project.demo

test: $(FOR_TESTS)
	$(BIN)/python -m pytest -m "not browser and not postgresql and not wide" -n $(WORKERS) $(COVERAGE) $(PYTEST_ARGS)

test-wide: $(FOR_TESTS)
	$(BIN)/python -m pytest -m wide -n $(WORKERS) $(PYTEST_ARGS)

test-browser: $(FOR_TESTS)
	$(BIN)/python -m pytest -m browser -n $(WORKERS) $(PYTEST_ARGS)

test-postgresql: $(FOR_TESTS)
	@case "$$DATABASE_URL" in postgres*) ;; *) \
	  echo "Name a database: make test-postgresql DATABASE_URL=postgres://user:password@host/name"; exit 1;; esac
	$(BIN)/python -m pytest -m "not browser" -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

messages: $(FOR_TESTS)
	$(BIN)/python -m tests.catalogues

lint: $(FOR_LINT)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy voice2fa

bench: $(FOR_BENCH)
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis htmlcov .coverage .coverage.*
	find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "$$($(PYTHON) --version) is too old: voice2fa needs 3.11 or newer. Name one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python could not make $(VENV). On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(FOR_DEMO): setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing what the demonstration needs ..."
	@$(INSTALL) -e ".[demo]"
	@touch $@

$(FOR_TESTS): setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need ..."
	@$(INSTALL) -e ".[test,emulator,api]"
	@touch $@

$(FOR_BENCH): $(FOR_TESTS)
	@echo "Installing what the measurements need ..."
	@$(INSTALL) -e ".[test,emulator,api,bench]"
	@touch $@

$(FOR_LINT): $(FOR_TESTS)
	@echo "Installing the linters ..."
	@$(INSTALL) -e ".[test,emulator,api,lint]"
	@touch $@
