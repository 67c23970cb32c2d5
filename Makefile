# One gate, the same by hand and in CI. What needs .venv builds it first; later runs find it ready.

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint format mypy bench constraints third-party policy-page clean

# 3.11 first: constraints.txt was written with it. `make PYTHON=/path/to/python` takes another one.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python; do \
	"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$python" && break; done)

VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
STIMMUNG := $(BIN)/stimmung
# A file's tests stay together, since what they share is made once a worker; each worker takes up to 2 GB.
WORKERS := -n auto --maxprocesses=4 --dist loadfile --no-loadscope-reorder
INSTALL := -m pip install --quiet --disable-pip-version-check

help:  ## show this list
	@sed -nE 's/^([a-z-]+):.*## */\1\t/p' $(MAKEFILE_LIST) | expand -t 14

venv: $(READY)  ## build .venv with everything that the other targets need

$(READY): pyproject.toml constraints.txt
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "stimmung needs Python 3.11 or newer, which '$(or $(PYTHON),python3)' is not:" \
			"make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { \
		echo "Python could not make .venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV): a minute or two the first time"
	@$(BIN)/python $(INSTALL) -c constraints.txt -e '.[embedded,dev]'
	@touch $@

demo: $(READY)  ## analyse the sample calls as a deployment that has settled its purpose and basis, and search them
	@kept=$$(mktemp -d) && trap 'rm -rf "$$kept"' EXIT && \
	$(STIMMUNG) analyze --config samples/demo.toml --save --data-dir "$$kept" samples/*.flac && \
	search() { printf '\n$$ stimmung search %s\n\n' "$$*"; $(STIMMUNG) search "$$@" --data-dir "$$kept" --quiet; } && \
	search rechnung by:customer --mode words --no-facets && \
	search '~"I want to cancel my contract"' --limit 1

test: lint mypy  ## the gate: format, rules, types, every test that this machine can run, coverage
	@$(BIN)/python -m coverage erase
	@$(BIN)/pytest -m '' --cov --cov-report=term $(WORKERS)

lint: $(READY)  ## rules and format, by ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY)  ## mend what ruff can mend by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

mypy: $(READY)  ## types, strict, over source, tests and benchmarks
	@$(BIN)/mypy

bench: $(READY)  ## every benchmark, quickly; DATA=path adds those that need the development data
	@for script in $$(grep -lF '"--quick"' benchmarks/*.py); do \
		data=; \
		if grep -q -e '"--data"' "$$script"; then \
			if [ -z "$(DATA)" ]; then echo "== $$script: skipped, needs DATA=path"; continue; fi; \
			data='--data $(DATA)'; \
		fi; \
		echo "== $$script"; $(BIN)/python "$$script" --quick $$data || exit 1; \
	done

# torch stays where it is unless its line is edited first: the newest one brings gigabytes of CUDA packages.
constraints: $(READY)  ## resolve the ranges anew, write constraints.txt and THIRD_PARTY.md
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && "$(PYTHON)" -m venv "$$fresh" && \
	"$$fresh/bin/python" $(INSTALL) "$$(grep '^torch==' constraints.txt)" -e '.[embedded,dev]' && \
	{ sed -n 1p constraints.txt; "$$fresh/bin/python" -m pip freeze --all --exclude-editable | \
		sed -E '/^pip==/d; s/\+cpu$$//' | LC_ALL=C sort -f; } > "$$fresh/constraints.txt" && \
	cp "$$fresh/constraints.txt" constraints.txt && "$$fresh/bin/python" docs/third_party.py

third-party: $(READY)  ## write THIRD_PARTY.md from the installed packages
	@$(BIN)/python docs/third_party.py

policy-page: $(READY)  ## write docs/policy.md from the rules in calls/policy.py
	@$(BIN)/python docs/policy_table.py

clean:  ## remove .venv, caches and what builds leave behind
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
