# Everything a developer types. `make run` and `make test` need Python 3.11 or newer (with venv) and make; they set up the rest.

VENV ?= .venv
WORKERS ?= 2
ARGS ?=
# The first Python on this machine that is new enough; choose another with `make PYTHON=… run`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

BIN := $(VENV)/bin
JS := scripts/js
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(UPGRADE)

# Lines are counted where Python has sys.monitoring for it, from 3.12 on; before, the tests would take twice as long.
COUNTED = $$($(BIN)/python -c 'import sys; print("--cov" if sys.version_info >= (3, 12) else "")')
BROWSERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help run test windows lint format lock parity bench mutants docker-steps clean messages

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## start Convscope and print the address to open (ARGS="--port 8001 --open")
	@$(BIN)/convscope serve $(ARGS)

test: $(VENV)/.test  ## all tests (SKIP_BROWSER=1 without those in Chromium; ARGS="-k recipe"; ALL=1 each layout in both typefaces, each chapter in both languages)
	COVERAGE_CORE=sysmon $(BIN)/pytest -n $(WORKERS) --ignore=tests/browser $(if $(ARGS),,$(COUNTED)) $(ARGS)
ifeq ($(SKIP_BROWSER),1)
	@echo "The tests in the browser were left out (SKIP_BROWSER=1)."
else
	CHROMIUM="$$(sh scripts/chromium.sh $(BIN)/python)" && export CHROMIUM && $(if $(ALL),,BY_TURNS=1) $(BIN)/pytest -n $(BROWSERS) tests/browser $(ARGS)
endif

windows: $(VENV)/.test  ## every view, card and dialog in every window, an hour or two (ARGS="--states figure,map --shots shots")
	CHROMIUM="$$(sh scripts/chromium.sh $(BIN)/python)" && export CHROMIUM && $(BIN)/python -m tests.browser.windows $(ARGS)

lint: $(VENV)/.test $(JS)/node_modules/.made  ## style, types, floors, Dockerfile, scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.regexes
	$(BIN)/hadolint Dockerfile
	$(BIN)/node $(JS)/node_modules/typescript/bin/tsc --project $(JS)
	$(BIN)/node $(JS)/node_modules/eslint/bin/eslint.js --config $(JS)/eslint.config.js static/js $(JS)/*.js

format: $(VENV)/.test  ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## pin the needs anew (UPGRADE=--upgrade takes newer versions)
	@command -v uv >/dev/null || test -x .venv-lock/bin/uv || \
		{ $(PYTHON) -m venv .venv-lock && echo '*' > .venv-lock/.gitignore && .venv-lock/bin/python -m pip install --quiet uv; }
	export PATH="$$PATH:$$PWD/.venv-lock/bin" && \
		uv $(COMPILE) pyproject.toml -o requirements/run.txt && \
		uv $(COMPILE) -c requirements/run.txt requirements/build.in -o requirements/build.txt && \
		uv $(COMPILE) -c requirements/run.txt -c requirements/build.txt pyproject.toml requirements/test.in -o requirements/test.txt && \
		uv $(COMPILE) -c requirements/test.txt pyproject.toml requirements/test.in requirements/bench.in -o requirements/bench.txt

parity: .venv-parity/.made  ## the long comparison with PyTorch (fetches PyTorch, which is large)
	.venv-parity/bin/pytest tests/parity $(ARGS)

bench: .venv-bench/.made  ## how long we take beside others (fetches PyTorch; ARGS="engine --json found.json")
	.venv-bench/bin/python -m bench $(ARGS)

mutants: $(VENV)/.test  ## what share of small faults the tests notice, within 90 minutes (ARGS="--sample 60")
	$(BIN)/python -m scripts.mutants --workers $(WORKERS) $(ARGS)

docker-steps:  ## the Dockerfile's own steps in a scratch folder, without Docker
	$(PYTHON) -m scripts.docker_steps

clean:  ## forget the environments and caches
	rm -rf $(VENV) .venv-lock .venv-parity .venv-bench .coverage .mutants dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(JS)/node_modules

# Stamps: each step runs again only when what it depends on is newer.

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Convscope needs Python 3.11 or newer, and none was found. Install one, or name it: make PYTHON=/path/to/python3 run" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Convscope needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 run" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python cannot make environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt requirements/build.txt pyproject.toml
	@echo "Installing what Convscope needs …"
	@$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes --no-compile -r requirements/test.txt
	@touch $@

$(JS)/node_modules/.made: $(JS)/package-lock.json $(JS)/package.json | $(VENV)/.test
	@echo "Installing what looks over the scripts …"
	@cd $(JS) && $(abspath $(BIN))/npm ci --silent --no-progress
	@touch $@

.venv-parity/.made: requirements/test.txt
	$(PYTHON) -m venv .venv-parity && echo '*' > .venv-parity/.gitignore
	.venv-parity/bin/python -m pip install --quiet --require-hashes -r requirements/test.txt
	.venv-parity/bin/python -m pip install torch==2.13.0
	.venv-parity/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-bench/.made: requirements/bench.txt
	$(PYTHON) -m venv .venv-bench && echo '*' > .venv-bench/.gitignore
	.venv-bench/bin/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	.venv-bench/bin/python -m pip install torch==2.13.0
	.venv-bench/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

messages: $(VENV)/.test  ## collect what is said to people in locale/convscope.pot
	@$(BIN)/python -m scripts.messages
