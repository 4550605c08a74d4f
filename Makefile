# Two commands: `make demo` shows Touchstone, `make test` proves it. `make env` makes the environment alone.

ROLE ?= moderator
VENV := .venv
PYTHON := $(VENV)/bin/python
# A clean Debian has python3 but neither pip nor venv; say which package is missing instead of failing oddly.
NEEDS_VENV := "Python's venv module is missing. Install it with: apt-get install python3-venv"

.PHONY: help env demo test lint types rooms tests clean

help:
	@echo "make demo [ROLE=moderator]   show Touchstone with invented data"
	@echo "make test                    run every check"
	@echo "make env                     make the environment in $(VENV)"
	@echo "make clean                   remove the environment and caches"

env: $(VENV)/.ready

$(VENV)/.ready: requirements.txt pyproject.toml
	@command -v python3 >/dev/null || { echo "Python 3.11 is missing. Install it with: apt-get install python3 python3-venv"; exit 1; }
	@python3 -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 14)))' || \
		{ echo "Touchstone needs Python 3.11, 3.12 or 3.13; this is $$(python3 --version)."; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo $(NEEDS_VENV); exit 1; }
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: env
	@$(VENV)/bin/touchstone demo --role $(ROLE)

test: env lint types rooms tests

lint: env
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: env
	$(VENV)/bin/mypy

rooms: env
	$(VENV)/bin/lint-imports

tests: env
	@$(PYTHON) -m app.cli.system
	$(PYTHON) -m pytest -n 2 --dist worksteal

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
