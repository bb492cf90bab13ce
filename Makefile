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

.PHONY: demo test real lint types bench docs clean
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
	@$(PYTHON) -m pytest -q -n auto $(or $(ARGS),--ignore=tests/real tests)

real: $(STAMP)          ## against real programs of partners; needs node, installs them below .venv
	@ORDERCTL_REAL=1 $(PYTHON) -m pytest -q $(or $(ARGS),tests/real)

lint: $(STAMP)          ## rules of style and layout
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: $(STAMP)         ## strict types
	@$(PYTHON) -m mypy

bench: $(STAMP)         ## what orderctl costs against measured floors
	@$(PYTHON) -m benchmarks $(ARGS)

docs: $(STAMP)          ## write the generated pages again
	@$(PYTHON) -m docs.generate

clean:                  ## away with everything that make made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
