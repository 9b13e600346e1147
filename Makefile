# The two commands: `make demo` and `make test`. Each needs only Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint format bench studies clean

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

bench: $(READY)         ## measure, for hours; results go to benchmarks/results/, and into the tables of docs/
	$(BIN)/python benchmarks/precision.py
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/joins.py pairs films
	$(BIN)/python benchmarks/slow.py
	$(BIN)/python benchmarks/losses.py
	$(BIN)/python benchmarks/methods.py
	$(BIN)/python benchmarks/family.py --latent 32
	$(BIN)/python benchmarks/family.py --latent 256
	$(BIN)/python benchmarks/stress.py
	$(BIN)/python benchmarks/lines.py
	$(BIN)/python benchmarks/paths.py pole-2d pole-3d pole-3-factors glyphs dsprites mnist fashion
	$(BIN)/python benchmarks/glyphs.py runs/glyphs
	$(BIN)/python benchmarks/tables.py

studies: $(READY)       ## the five studies in full, an hour or more; reports in reports/, figures into docs/studies.md
	$(BIN)/python benchmarks/studies.py
	$(BIN)/python benchmarks/tables.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("segue needs Python 3.11 or later, this is " + sys.version.split()[0] + ": run make PYTHON=python3.x") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

clean:
	rm -rf .venv demo build dist .pytest_cache .mypy_cache .ruff_cache
