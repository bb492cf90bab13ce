# Everything is done inside .venv, which is made once and again when the dependencies change.
# Needs make and either uv or a python3 of 3.11 or later.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON := $(BIN)/python
STAMP  := $(VENV)/.installed
UV     := $(shell command -v uv 2>/dev/null)

# hypothesis keeps its examples outside the checkout
export HYPOTHESIS_STORAGE_DIRECTORY := $(abspath $(VENV))/.hypothesis
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# wheel and binary are made by tools, and out of packages, in a folder of their own, below build/
TOOLS  := build/binary/venv
INTO   := $(PYTHON) -m pip --python $(TOOLS)/bin/python install --quiet -c constraints.txt
MADE   := $(shell find src packaging -type f -not -name '*.pyc')

.PHONY: demo test real lint types bench docs binary clean
.DEFAULT_GOAL := demo

$(STAMP): pyproject.toml constraints.txt
ifneq ($(UV),)
	@test -x $(PYTHON) || uv venv --quiet --python ">=3.11" $(VENV)
	@uv pip install --quiet --python $(PYTHON) -c constraints.txt -e '.[dev]'
else
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet -c constraints.txt -e '.[dev]'
endif
	@touch $@

demo: $(STAMP)          ## three channels, four locations, two days, on files alone
	@bash examples/demo.sh "$(abspath $(BIN)/orderctl)"

test: $(STAMP)          ## every test that needs nothing but Python; one folder: make test ARGS=tests/core
	@$(PYTHON) -m pytest -q -rs -n auto $(or $(ARGS),--ignore=tests/real tests)

real: $(STAMP) binary   ## against real programs of partners, and the binary; needs node, installs them below .venv
	@ORDERCTL_REAL=1 $(PYTHON) -m pytest -q -rs -n auto --dist loadfile $(or $(ARGS),tests/real)

lint: $(STAMP)          ## rules of style and layout
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: $(STAMP)         ## strict types
	@$(PYTHON) -m mypy

# ADAPTERS="PACKAGE ..." takes packages of your own along, with the channels and ways to locations that they bring
binary: dist/orderctl   ## wheel, sdist, one file and folder archive with their papers, in dist/

$(TOOLS)/.installed: $(STAMP)
	@rm -rf $(TOOLS)
	@$(PYTHON) -m venv --without-pip $(TOOLS)
	@$(INTO) --group binary
	@touch $@

dist/orderctl: $(TOOLS)/.installed $(MADE) README.md
	@command -v cc >/dev/null && command -v objdump >/dev/null && command -v strip >/dev/null || \
		{ echo "make binary needs cc, objdump and strip: a C compiler and binutils" >&2; exit 1; }
	@rm -rf dist
	@$(TOOLS)/bin/python -m build --no-isolation --outdir dist . >$(TOOLS)/build.log
	@$(INTO) --force-reinstall --no-deps dist/*.whl
	@$(INTO) "orderctl[pdf,templates,xlsx]" $(ADAPTERS)
	@$(TOOLS)/bin/python -B packaging/binary.py dist build/binary

bench: $(STAMP)         ## what orderctl costs against measured floors
	@$(PYTHON) -m benchmarks $(ARGS)

docs: $(STAMP)          ## write the generated pages again
	@$(PYTHON) -m docs.generate

clean:                  ## away with everything that make made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
