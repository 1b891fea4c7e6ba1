# Everything a stranger needs: make and Python 3.11 or newer. The rest comes from package registries.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamps
HTMX_AND_FONTS := api/static/vendor/manifest.json

# Whoever told pip where to fetch packages has told uv as well.
ifneq ($(PIP_INDEX_URL),)
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifneq ($(PIP_CERT),)
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.PHONY: help up down status doctor test check bench faults rehearsal sbom audit setup lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: setup ## Start everything here, in the foreground; Ctrl-C stops it (HOME of its data: .tenggat)
	@exec $(BIN)/tenggat up

down: setup ## Stop what `make up` started
	@$(BIN)/tenggat down

status: setup ## What is running, where, and how it is
	@$(BIN)/tenggat status

doctor: setup ## What this machine lacks, and how to get it
	@$(BIN)/tenggat doctor

test: setup $(STAMP)/engine $(STAMP)/browser check ## Everything a change must pass: checks, then all tests
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST)

check: setup ## Style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

bench: setup $(STAMP)/engine ## Measure, beside the floor of the same machine in the same run
	$(BIN)/python -m benchmarks $(BENCH)

faults: setup $(STAMP)/engine ## The fault tests at full size; their table goes to build/faults.md
	TENGGAT_FAULTS=full TENGGAT_FAULTS_TABLE=build/faults.md $(BIN)/python -m pytest -m faults $(PYTEST)

rehearsal: setup $(STAMP)/engine ## A quarter of 200 companies, then nine months of 500, through `tenggat` and the API
	TENGGAT_REHEARSAL=full $(BIN)/python -m pytest tests/rehearsals $(PYTEST)

sbom: setup $(STAMP)/audit ## What this service is made of, in CycloneDX: build/sbom.json
	@$(BIN)/python -m bin.dependencies bill

audit: sbom ## Fail on known weaknesses of what is locked (asks PyPI for advisories)
	@$(BIN)/python -m bin.dependencies audit $(AUDIT)

setup: $(STAMP)/packages $(HTMX_AND_FONTS) ## Install packages and front-end assets

lock: setup ## Resolve the dependencies anew, with hashes and without hosts
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -q --upgrade -o requirements.lock
	grep '^uv==' requirements.lock | cut -d' ' -f1 | $(BIN)/uv pip compile - --universal --generate-hashes --no-header --no-annotate -q -o bootstrap.lock
	$(BIN)/uv pip compile --group audit --universal --generate-hashes --no-header --no-annotate -q --upgrade -o audit.lock

clean: ## Remove what setup made (the instance's data stays)
	rm -rf $(VENV) $(dir $(HTMX_AND_FONTS))

$(STAMP)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMP) && touch $@

$(STAMP)/uv: bootstrap.lock | $(STAMP)/venv
	@echo "Fetching the package installer"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r bootstrap.lock
	@touch $@

$(STAMP)/packages: requirements.lock pyproject.toml $(STAMP)/uv
	@echo "Installing packages (up to a minute)"
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(STAMP)/audit: audit.lock $(STAMP)/packages
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)/audit
	@$(BIN)/uv pip sync --quiet --python $(VENV)/audit/bin/python --require-hashes audit.lock
	@touch $@

$(HTMX_AND_FONTS): stack/assets.py | $(STAMP)/packages
	@$(BIN)/python -m stack.assets && touch $@

$(STAMP)/engine: stack/temporal_build.py | $(STAMP)/packages
	@$(BIN)/python -m stack.temporal_build && touch $@

$(STAMP)/browser: bin/browser | $(STAMP)/venv
	@bin/browser && touch $@
