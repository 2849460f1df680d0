# Everything from a clean clone: `make demo` shows the program at work, `make test` proves it.
# The first run sets up what is missing (Debian packages as root through apt, else the line to type is printed) and a
# virtual environment in .venv; later runs start at once.

# Debian's own Python first: it is built with what a version manager leaves out, and runs the program a fifth faster.
PYTHON ?= $(firstword $(shell for each in /usr/bin/python3 python3; do \
	$$each -c 'import sys, ensurepip, venv; sys.version_info < (3, 11) and sys.exit(1); print(sys.executable)' 2>/dev/null; \
	done) python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CODE := parsers rules store daemon tests bench
WORKERS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench eval faults clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r what why; do printf '%-12s %s\n' "$$what" "$$why"; done

demo: $(VENV)/.ready-to-show ## the service at work: a dozen letters, its tickets and its answers (ARGS=--keep to stay)
	@$(BIN)/supportd demo $(ARGS)

test: $(VENV)/.ready-to-check $(VENV)/.servers ## all tests, on real servers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: $(VENV)/.ready-to-check ## ruff, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.ready-to-check ## puts the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-to-check $(VENV)/.servers ## speed and memory beside the raw libraries
	$(BIN)/python -m bench $(ARGS)

eval: $(VENV)/.ready-to-check ## how well letters are understood
	$(BIN)/python -m bench.evaluation $(ARGS)

faults: $(VENV)/.ready-to-check $(VENV)/.servers ## kills, cuts and full disks, with a ledger
	$(BIN)/python -m bench.faults $(ARGS)

clean: ## takes away the virtual environment and what tools left
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .work

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.x" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/debian-packages python
	@echo "Making a virtual environment in $(VENV) …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.ready-to-show: pyproject.toml | $(BIN)/python
	@echo "Installing what the program needs …"
	@$(PIP) install --editable '.[demo]'
	@touch $@

$(VENV)/.ready-to-check: pyproject.toml | $(BIN)/python
	@echo "Installing what the program and its tests need …"
	@$(PIP) install --editable '.[demo,postgresql,train,dev]'
	@touch $(VENV)/.ready-to-show $@

$(VENV)/.servers: .ci/debian-packages | $(BIN)/python
	@.ci/debian-packages dovecot postgresql systemd
	@touch $@
