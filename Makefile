# Two commands do everything on a fresh machine: `make demo` and `make test`. `make` alone lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
NEWEST := .venv-newest

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/installed ## open the dashboard on the built-in study
	@echo "starting the dashboard (stop it with Ctrl-C)"
	@$(RUN) -m streamlit run app.py

setup: .venv/installed-dev ## everything that tests and checks need

test: .venv/installed-dev ## run every test, browser tests included
	@sh tests/find_chrome.sh
	@echo "running the tests (about 15 minutes on two cores): one process a core, then those that drive a browser"
	@$(RUN) -m pytest -q -n auto --dist loadfile -m "not browser"
	@$(RUN) -m pytest -q -m browser

newest: ## run every test with the newest allowed version of each dependency, as the weekly job does
	@$(PYTHON) -m venv --clear $(NEWEST) && $(PYTHON) tests/newest.py > $(NEWEST)/requirements.txt
	@echo "installing the newest allowed versions into $(NEWEST)"
	@$(NEWEST)/bin/pip install -q --disable-pip-version-check -r $(NEWEST)/requirements.txt
	@$(NEWEST)/bin/python tests/newest.py --moved
	@sh tests/find_chrome.sh
	@$(NEWEST)/bin/python -m pytest -q -n auto --dist loadfile -m "not browser"
	@$(NEWEST)/bin/python -m pytest -q -m browser

check: .venv/installed-dev ## format, lint, types, import contracts
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/installed-dev ## format and mend what can be mended
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: .venv/installed-bench ## measure every speed and memory claim against its peer
	@echo "measuring (about 50 minutes on two cores; leave the machine alone meanwhile)"
	@$(RUN) -m benchmarks

starter: .venv/installed ## make the starter layer of the built-in study anew
	@echo "computing the built-in study (some minutes)"
	@$(RUN) -m analysis.starter

twin: .venv/installed ## train the checkpoints that ship anew
	@echo "training them over the See Also of docstrings (some minutes)"
	@$(RUN) -m analysis.twin

.venv/bin/python:
	@echo "making .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Anchorage needs Python 3.11 or newer")'
	@$(PYTHON) -m venv .venv || (echo "no venv module: on Debian, apt-get install python3-venv" && exit 1)

.venv/installed: requirements.txt | .venv/bin/python
	@echo "installing requirements.txt into .venv (some minutes the first time)"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements.txt requirements-dev.txt | .venv/bin/python
	@echo "installing requirements-dev.txt into .venv (some minutes the first time)"
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/installed $@

.venv/installed-bench: .venv/installed-dev benchmarks/requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

.PHONY: help demo setup test newest check fix bench starter twin
