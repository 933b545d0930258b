# The project's commands. `make help` lists them.
#
# Everything is installed into .venv from PyPI, at the versions of
# constraints.txt; nothing outside this folder is changed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS   ?=
# The tests run on every core, but not more than four; ARGS='-n 0' for one process (and --pdb).
TESTS  := $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint format buf published generate drift package chaos benchmark constraints clean

help: ## List the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.core ## Start the server and print what to try next
	@$(BIN)/voice-recordings serve --welcome $(ARGS)

demo: $(VENV)/.core ## Play the whole story: a call is made, imported, told of, downloaded, deleted
	@$(BIN)/voice-recordings demo $(ARGS)

test: $(VENV)/.test ## Run the core tests (needs PyPI alone)
	$(TESTS) -m 'not check and not chaos' $(ARGS)

check: lint buf .venv-protoc/.installed ## Run everything that must hold
	$(TESTS) -m 'not chaos' $(ARGS)

chaos: $(VENV)/.check ## Run the long forms: fuzzing, kills, load
	$(BIN)/pytest -m chaos $(ARGS)

lint: $(VENV)/.check ## Check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python tools/write_synchronous_client.py --check
	$(BIN)/lint-imports

format: $(VENV)/.check ## Rewrite the code in the house's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

buf: $(VENV)/.check .cache/googleapis ## Check the style of protos/, and that nothing published breaks
	$(BIN)/buf lint
	$(BIN)/buf breaking --exclude-imports --against protos/published.binpb

published: $(VENV)/.check .cache/googleapis ## At a release: what protos/ say now may not break any more
	$(BIN)/buf build protos --exclude-source-info --output protos/published.binpb

generate: $(VENV)/.check .venv-protoc/.installed ## Write generated/ from protos/, and the synchronous client
	PATH="$(CURDIR)/.venv-protoc/bin:$$PATH" .venv-protoc/bin/python protos/generate.py
	$(BIN)/python tools/write_synchronous_client.py

drift: $(VENV)/.check .venv-protoc/.installed ## Check that generated/ is what protos/ say
	$(BIN)/pytest tests/test_drift.py

package: $(VENV)/.check ## Build the wheel and run it from an empty environment
	$(BIN)/pytest tests/test_packaging.py

benchmark: $(VENV)/.check ## Measure, each figure beside a peer
	$(BIN)/python benchmarks/run.py $(ARGS)

constraints: $(VENV)/.check ## Pin what is installed now in constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools > constraints.txt

clean: ## Remove environments and caches
	rm -rf $(VENV) .venv-protoc .cache build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

# The environments. A stamp is made when its install has gone through.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'

$(VENV)/.core: $(BIN)/python pyproject.toml constraints.txt
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.core
	@$(PIP) install --constraint constraints.txt --group test
	@touch $@

$(VENV)/.check: $(VENV)/.test
	@$(PIP) install --constraint constraints.txt --group check
	@touch $@

.cache/googleapis: $(VENV)/.core
	@mkdir -p $@/google/api $@/google/rpc
	@from="$$($(BIN)/python -c 'import google.api as api; print(list(api.__path__)[0])')" && \
	  cp "$$from"/*.proto $@/google/api && cp "$$from"/../rpc/*.proto $@/google/rpc
	@touch $@

.venv-protoc/.installed: protos/requirements-protoc.txt
	@$(PYTHON) -m venv .venv-protoc
	@.venv-protoc/bin/python -m pip --disable-pip-version-check --quiet install --requirement $<
	@touch $@
