# Thin: each target is a command one could type. The logic is in Python.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
# Newer builds are fine; this is the one the reference values were compared with.
TORCH ?= torch==2.13.0

export PATH := $(CURDIR)/$(BIN):$(PATH)
NOTEBOOKS := $(sort $(wildcard solutions/*/*.py))

.DEFAULT_GOAL := help
.PHONY: help lab check test lint format clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/.course: pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --editable '.[course]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(PY)
	$(PY) -m pip install --quiet $(TORCH)
	$(PY) -m pip install --quiet --editable '.[dev,torch]'
	@touch $@ $(VENV)/.course

lab: $(VENV)/.course ## open the assignments in JupyterLab
	$(BIN)/jupyter lab assignments

lint: $(VENV)/.dev ## style, docstrings, workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## mend what lint can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: lint ## lint and the fast tests (about two minutes)
	$(PY) -m pytest -q -m "not slow and not browser"

test: lint ## everything
	$(PY) -m pytest -q

clean: ## remove the environment and everything built
	rm -rf $(VENV) build
