# The two commands: `make demo` and `make test`. Each needs only Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint format bench clean

demo: $(READY)          ## join two generated clips; prints where the film and its contact sheet are
	$(BIN)/segue demo -o demo

test: lint                ## the linters and the whole suite
	$(BIN)/pytest -n auto

lint: $(READY)          ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)        ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)         ## measure; results go to benchmarks/results/
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/joins.py
	$(BIN)/python benchmarks/losses.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("segue needs Python 3.11 or later, this is " + sys.version.split()[0] + ": run make PYTHON=python3.x") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

clean:
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache
