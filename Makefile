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
# Options for the command behind a target: make lab ARGS=--no-browser
ARGS ?=
A ?= assignment1
# What the compiled kernels are made of: a change builds them again.
KERNELS := setup.py $(wildcard $(addprefix cs231n/kernels/,*.pyx *.pxd bindings/* csrc/*))
NBGRADER = cd grading && PATH="$(CURDIR)/$(BIN):$$PATH" nbgrader

# pip shows its progress where a terminal can, and is quiet in a log.
QUIET := $(shell [ -t 2 ] || echo --quiet)
PIP = @$(PY) -m pip install $(QUIET)
SORRY = || { echo "The installation failed; pip says why above. It needs a network to a package \
index and some free gigabytes. Mend that, then give the same command again." >&2; exit 1; }
# Says which kernels run: without a compiler the installation goes on.
COMPILED = @$(PY) -c "from cs231n.kernels import BACKEND; print('The compiled kernels run.' \
if BACKEND == 'cython' else 'The NumPy kernels run; they are slower. For the compiled ones \
install a C compiler, then: make clean.')"
# As root, in a container mostly, JupyterLab starts only with this.
ROOT := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)
AS_ROOT = @[ -z "$(ROOT)" ] || echo "You are root, so JupyterLab gets --allow-root. \
In a container add ARGS=--ip=0.0.0.0 and publish its port."
# [2 of 6]: the steps of a target are counted as they come.
COUNT :=
step = $(eval COUNT += x)@echo "[$(words $(COUNT)) of $(STEPS)] $(1)"
STEPS = 7
check: STEPS = 8
test: STEPS = 10

.DEFAULT_GOAL := help
.PHONY: help lab demo check test lint format release drift lite site solutions formgrader accuracy \
	grade autograde feedback scores bench lock hooks clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 14
	@echo "What a target needs is installed into $(VENV) on its first run, which takes minutes."
	@echo "ARGS='...' adds options to the command behind a target; PYTHON=python3.13 picks a Python."

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or \
newer, or name yours: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Python 3.11 or newer \
is needed; $(PYTHON) is `$(PYTHON) -V 2>&1`. Name a newer one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "No environment could be made in $(VENV). \
On Debian and Ubuntu: sudo apt install python3-venv python3-dev" >&2; exit 1; }

$(VENV)/.course: pyproject.toml $(KERNELS) | $(PY)
	@echo "Installing JupyterLab and nbgrader into $(VENV) and compiling the kernels: 600 MB, 2 to 5 minutes, once."
	$(PIP) --editable '.[course]' $(SORRY)
	$(COMPILED)
	@touch $@

$(VENV)/.dev: pyproject.toml $(KERNELS) | $(PY)
	@echo "Installing PyTorch into $(VENV), for comparison: 1 GB, with CUDA 5 GB, some minutes, once."
	$(PIP) $(TORCH) $(SORRY)
	@echo "Installing the course and the developers' tools and compiling the kernels: 1 GB, 2 to 5 minutes, once."
	$(PIP) --editable '.[dev,torch]' $(SORRY)
	$(COMPILED)
	@touch $@ $(VENV)/.course

$(VENV)/.grading: pyproject.toml $(KERNELS) | $(PY)
	@echo "Installing JupyterLab, nbgrader and the grader into $(VENV) and compiling the kernels: 600 MB, 2 to 5 minutes, once."
	$(PIP) --editable '.[grading]' $(SORRY)
	$(COMPILED)
	@touch $@ $(VENV)/.course

lab: $(VENV)/.course ## open the assignments in JupyterLab
	$(AS_ROOT)
	$(BIN)/jupyter lab $(ROOT) $(ARGS) assignments

demo: $(VENV)/.grading ## from nothing to a graded class of four, in build/demo
	$(PY) -m grading.demo $(ARGS)

# Two notebooks run at a time; with two BLAS threads each they would wait for each other.
# PyTorch takes its number of threads from the second.
check test solutions: export OPENBLAS_NUM_THREADS := 1
check test solutions: export OMP_NUM_THREADS := 1

check: lint ## lint and the fast tests (seven minutes)
	$(call step,The fast tests; the dots are tests and the ten slowest are listed at the end)
	$(PYTEST) -m "not slow" $(ARGS)

# Two tests at a time, each module's on one processor, since they share what it has set up.
PYTEST = $(PY) -m pytest -q -n 2 --dist loadscope --durations=10

# Notebooks take larger settings on the real CIFAR-10; here they run on what they draw,
# and those of assignment 3 with fewer steps.
EMBEDDED = CS231N_DATA="$(CURDIR)/build/embedded" CS231N_QUICK=1

# Modules in the order of their names: by the number of tests, as usual, long ones with few
# tests come last, and one processor waits for the other.
test: lint ## everything: all tests, then every notebook run and replayed
	$(call step,All tests: half an hour; the ten slowest are listed at the end)
	$(PYTEST) --no-loadscope-reorder $(ARGS)
	$(call step,Every notebook run with its answers)
	$(EMBEDDED) $(PY) -m grading.authoring.solve
	$(call step,Every notebook replayed)
	$(EMBEDDED) $(PYTEST) --nbval-lax --nbval-kernel-startup-timeout=300 -W default build/solutions

SCHEMA = $(BIN)/check-jsonschema --builtin-schema vendor

lint: $(VENV)/.dev ## style, docstrings, type hints, kernels, templates
	$(call step,Style)
	$(BIN)/ruff check .
	$(call step,Format)
	$(BIN)/ruff format --check .
	$(call step,Docstrings match signatures)
	@$(PY) -m numpydoc.hooks.validate_docstrings $$(find cs231n grading -name '*.py')
	$(call step,Type hints)
	$(BIN)/mypy
	$(call step,Style of the Cython kernels)
	@PATH="$(CURDIR)/$(BIN):$$PATH" cython-lint cs231n/kernels
	$(call step,Format of the kernels' C)
	$(BIN)/clang-format --dry-run -Werror cs231n/kernels/csrc/*
	$(call step,The CI workflow and the templates for issues)
	@$(SCHEMA).github-workflows .github/workflows/*.yml
	@$(SCHEMA).github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	@$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(SCHEMA).citation-file-format CITATION.cff
	@$(SCHEMA).dependabot .github/dependabot.yml

format: $(VENV)/.dev ## mend what lint can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i cs231n/kernels/csrc/*

release: $(VENV)/.course ## rebuild assignments/ from solutions/
	$(PY) -m grading.authoring.release $(ARGS)

drift: $(VENV)/.course ## fail if assignments/ is not what solutions/ builds
	$(PY) -m grading.authoring.release --check

lite: $(VENV)/.dev ## build a site whose notebooks run in a browser tab, in build/lite
	$(PY) -m grading.authoring.lite $(ARGS)

site: $(VENV)/.dev ## build the course's site, in build/site
	$(PY) -m grading.site $(ARGS)

solutions: $(VENV)/.course ## run the notebooks with their answers into build/solutions
	$(PY) -m grading.authoring.solve $(ARGS)

grade: $(VENV)/.grading ## grade a class, isolated and in parallel (A=assignment1)
	$(PY) -m grading run $(A) $(ARGS)

autograde: $(VENV)/.course ## the same with nbgrader alone, unisolated (A=assignment1)
	$(NBGRADER) autograde $(A) $(ARGS)

feedback: $(VENV)/.grading ## write the feedback pages of what `make grade` graded
	$(PY) -m grading feedback $(A) $(ARGS)

scores: $(VENV)/.grading ## print the scores as CSV (A=assignment1)
	@$(PY) -m grading export $(A) $(ARGS) || [ $$? -eq 1 ] # 1: the table is there, marks are missing

formgrader: $(VENV)/.course ## mark written answers in the browser
	$(AS_ROOT)
	JUPYTER_CONFIG_PATH="$(CURDIR)/grading" $(BIN)/jupyter lab $(ROOT) $(ARGS) \
		--ServerApp.default_url=/formgrader --ServerApp.root_dir="$${CS231N_COURSE:-$(CURDIR)}"

bench: $(VENV)/.dev ## measure speed against peers
	$(PY) -m benchmarks
	$(PY) -m benchmarks.goals
	$(PY) -m benchmarks.knn
	$(PY) -m benchmarks.features
	$(PY) -m benchmarks.autograd
	$(PY) -m benchmarks.grading
	$(PY) -m benchmarks.judge

accuracy: $(VENV)/.dev ## train every notebook's final model, on CIFAR-10 if it is there
	$(PY) -m benchmarks.accuracy $(ARGS)

# uv finds versions for every system at once; the file names no index.
lock: $(VENV)/.dev ## write the newest versions of everything to constraints.txt
	$(PIP) uv $(SORRY)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev \
		--no-header --no-annotate --no-emit-index-url --output-file constraints.txt pyproject.toml

hooks: $(VENV)/.dev ## run the checks before every commit
	$(BIN)/pre-commit install

clean: ## remove the environment and everything built
	rm -rf $(VENV) build
