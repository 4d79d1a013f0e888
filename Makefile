# Every target does its own set-up: a fresh clone needs nothing but Python 3.11 or later, and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready

# What `make run` checks first: the first line of the README.
FIRST  := derivcheck "x**2 + 2*x + 1" --at x=2

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench atlas fuzz docs serve release clean distclean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s%s\n", $$1, $$2 }'

setup: $(READY)  ## make .venv with derivcheck, all that it needs, and the tools of its developers

run: $(READY)  ## check one expression, then every case file in expressions/
	@echo '$$ $(FIRST)'
	@$(BIN)/$(FIRST)
	@echo
	@echo '$$ derivcheck batch --allow-code expressions/*.toml'
	@$(BIN)/derivcheck batch --allow-code expressions/*.toml

test: $(READY)  ## run every test
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(READY)  ## what CI runs: format, lint, types, the direction of imports, every test
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

format: $(READY)  ## format the code and mend what the linter can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(READY)  ## measure speed, and the power to find defects, beside what one would run otherwise
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/cost.py
	$(BIN)/python benchmarks/lists.py
	$(BIN)/python benchmarks/scale.py --memory 20000
	$(BIN)/python benchmarks/power.py
	$(BIN)/python benchmarks/power_of_tensors.py
	$(BIN)/python benchmarks/functions.py
	$(BIN)/python benchmarks/layers.py
	$(BIN)/python benchmarks/kernels.py --compile 4

atlas: $(READY)  ## look at every operation of torch: within two hours, goes on where it stopped; QUICK=1: five minutes
	$(BIN)/python atlas/make_atlas.py $(if $(QUICK),--quick)

fuzz: $(READY)  ## look for wrong truths, claims and verdicts on random expressions, some minutes each
	$(BIN)/python benchmarks/fuzz.py

# Not with --quiet: that would hide the warnings from strictness, too.
docs: $(READY)  ## build the site, and say where to open it; a dead link ends it
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "The site is built: open file://$(CURDIR)/build/site/index.html"

serve: $(READY)  ## show the site on this machine, and again whenever a page changes
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --livereload

release: $(READY)  ## build what is published into dist/, and try it in an environment of its own
	.ci/release

clean:  ## remove caches and builds
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find core cli tests benchmarks atlas -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## remove the virtual environment as well
	rm -rf $(VENV)

# Made once, and again when the dependencies change. The venv's own pip comes first: an old one knows no groups. The
# bytecode of a checkout is compiled as pip compiles that of a package: some people have Python write none when it runs.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'derivcheck needs Python 3.11 or later: make PYTHON=python3.12 …' >&2; exit 2; }
	@echo 'Setting up $(VENV): torch, SymPy, Arb and the tools. This happens once and takes a minute or two.'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable .
	@$(BIN)/python -m compileall -q core cli
	@touch $@
