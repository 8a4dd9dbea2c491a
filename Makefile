# The help lists every target with the text after its ##.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check fmt bench eval drill lock clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready ## Make .venv with every pinned dependency (nothing to do the second time)

# The stamp is written last, so an interrupted set-up is taken up again.
.venv/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)," >&2; \
		echo "or name yours: make setup PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Guanjia needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name a newer one: make setup PYTHON=python3.12" >&2; exit 1; }
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python $(PYTHON) .venv && \
		uv pip install --quiet --python .venv --require-hashes --only-binary :all: -r requirements.lock && \
		uv pip install --quiet --python .venv --no-deps --no-build-isolation -e . ; \
	else \
		$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "Python's venv module is missing (Debian: apt-get install python3-venv), or install uv." >&2; exit 1; }; \
		echo "Installing the dependencies into .venv (half a minute)" >&2 && \
		$(PYTHON) -m venv .venv && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi || { echo "The set-up did not finish: see the lines above, then run make setup again." >&2; exit 1; }
	@$(BIN)/guanjia learn
	@touch $@

demo: setup ## Show the concierge at work; ARGS are passed on
	@$(BIN)/guanjia demo $(ARGS)

run: setup ## Run the concierge with config.toml; ARGS are passed on
	@$(BIN)/guanjia run $(ARGS)

# All of them share the cores, one process more than there are, because half of a test is waiting. What is asked for by
# ARGS runs in one process, where it starts at once and a debugger works.
CORES = $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
ALL_TESTS = --numprocesses $(shell expr $(CORES) + 1) --dist loadgroup

test: setup ## Run the tests, or with ARGS these: make test ARGS="-k arrival"
	@$(BIN)/python -m pytest $(or $(ARGS),$(ALL_TESTS))

check: setup ## Style, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: setup ## Put the code into shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: setup ## Measure; ARGS are passed on
	@$(BIN)/python -m tests.bench $(ARGS)

eval: setup ## How well messages are understood, with the model of config.toml too; ARGS may name a folder of other lines
	@$(BIN)/python -m tests.eval $(ARGS)

drill: setup ## Practise a failure: make drill D=crash
	@test -n "$(D)" || { echo "Which drill? For example: make drill D=crash" >&2; exit 1; }
	@$(BIN)/python -m tests.drills $(D) $(ARGS)

# One lock for all platforms and Pythons; it names packages and hashes but no host, so that every mirror will do.
lock: ## Write requirements.lock anew from pyproject.toml; ARGS="--upgrade" takes newer versions
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; uv=$$(command -v uv || true); \
	if [ -z "$$uv" ]; then \
		$(PYTHON) -m venv "$$tools"; "$$tools/bin/pip" install --quiet --disable-pip-version-check uv; uv="$$tools/bin/uv"; \
	fi; \
	"$$uv" pip compile pyproject.toml --quiet --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS) -o requirements.lock
	@if grep -n '://' requirements.lock; then echo "requirements.lock names a host: remove the lines above." >&2; exit 1; fi

clean: ## Remove .venv and everything made by tools
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find bot handlers crm prompts tests -name __pycache__ -type d -prune -exec rm -rf {} +
