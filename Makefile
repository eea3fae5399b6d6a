# Thin: each target is a command one could type. The logic is in Python.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
# The build the reference values were compared with; newer ones are fine too.
TORCH ?= torch==2.13.0
# What CI adds, such as --fail-on-skip.
PYTEST ?=
A ?= assignment1
# What the compiled kernels are made of: a change builds them again.
KERNELS := setup.py $(wildcard $(addprefix cs231n/kernels/,*.pyx *.pxd bindings/* csrc/*))
NBGRADER = cd grading && PATH="$(CURDIR)/$(BIN):$$PATH" nbgrader

.DEFAULT_GOAL := help
.PHONY: help lab demo check test lint format release drift solutions formgrader accuracy \
	grade autograde feedback scores bench hooks clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/.course: pyproject.toml $(KERNELS) | $(PY)
	$(PY) -m pip install --quiet --editable '.[course]'
	@touch $@

$(VENV)/.dev: pyproject.toml $(KERNELS) | $(PY)
	$(PY) -m pip install --quiet $(TORCH)
	$(PY) -m pip install --quiet --editable '.[dev,torch]'
	@touch $@ $(VENV)/.course

$(VENV)/.grading: pyproject.toml $(KERNELS) | $(PY)
	$(PY) -m pip install --quiet --editable '.[grading]'
	@touch $@ $(VENV)/.course

lab: $(VENV)/.course ## open the assignments in JupyterLab
	$(BIN)/jupyter lab assignments

demo: $(VENV)/.grading ## from nothing to a graded class of four, in build/demo
	$(PY) -m grading.demo

# Two notebooks run at a time; with two BLAS threads each they would wait for each other.
# PyTorch takes its number of threads from the second.
check test solutions: export OPENBLAS_NUM_THREADS := 1
check test solutions: export OMP_NUM_THREADS := 1

check: lint ## lint and the fast tests (two minutes)
	$(PY) -m pytest -q -m "not slow" $(PYTEST)

# Notebooks take larger settings on the real CIFAR-10; here they run on what they draw.
EMBEDDED = CS231N_DATA="$(CURDIR)/build/embedded"

test: lint ## everything: all tests, then every notebook run and replayed
	$(PY) -m pytest -q -n 2 --dist loadscope $(PYTEST)
	$(EMBEDDED) $(PY) -m grading.authoring.solve
	$(EMBEDDED) $(PY) -m pytest -q -n 2 --dist loadscope --nbval-lax -W default build/solutions

lint: $(VENV)/.dev ## style, docstrings, type hints, the CI workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PY) -m numpydoc.hooks.validate_docstrings $$(find cs231n grading -name '*.py')
	$(BIN)/mypy
	PATH="$(CURDIR)/$(BIN):$$PATH" cython-lint cs231n/kernels
	$(BIN)/clang-format --dry-run -Werror cs231n/kernels/csrc/*
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: $(VENV)/.dev ## mend what lint can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i cs231n/kernels/csrc/*

release: $(VENV)/.course ## rebuild assignments/ from solutions/
	$(PY) -m grading.authoring.release

drift: $(VENV)/.course ## fail if assignments/ is not what solutions/ builds
	$(PY) -m grading.authoring.release --check

solutions: $(VENV)/.course ## run the notebooks with their answers into build/solutions
	$(PY) -m grading.authoring.solve

grade: $(VENV)/.grading ## grade a class, isolated and in parallel (A=assignment1)
	$(PY) -m grading run $(A)

autograde: $(VENV)/.course ## the same with nbgrader alone, unisolated (A=assignment1)
	$(NBGRADER) autograde $(A)

feedback: $(VENV)/.grading ## write the feedback pages of what `make grade` graded
	$(PY) -m grading feedback $(A)

scores: $(VENV)/.course ## print the scores as CSV (A=assignment1)
	@$(PY) -m grading.gradebook $(A)

formgrader: $(VENV)/.course ## mark written answers in the browser
	JUPYTER_CONFIG_PATH="$(CURDIR)/grading" $(BIN)/jupyter lab --ServerApp.default_url=/formgrader

bench: $(VENV)/.dev ## measure speed against peers
	$(PY) -m benchmarks
	$(PY) -m benchmarks.goals
	$(PY) -m benchmarks.knn
	$(PY) -m benchmarks.features
	$(PY) -m benchmarks.grading
	$(PY) -m benchmarks.judge

accuracy: $(VENV)/.dev ## train every notebook's final model, on CIFAR-10 if it is there
	$(PY) -m benchmarks.accuracy

hooks: $(VENV)/.dev ## run the checks before every commit
	$(BIN)/pre-commit install

clean: ## remove the environment and everything built
	rm -rf $(VENV) build
