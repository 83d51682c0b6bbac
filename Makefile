# `make` lists the targets. Everything runs in .venv, which `make dev` builds from this checkout.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DATA ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help demo dev test lint fuzz reliability lock audit sbom bench bench-scale bench-accuracy bench-columns soak train upstream docs clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## set up, scan an invented hosting company and print the path of the report
	$(BIN)/derbes demo derbes-demo --no-open

dev: $(STAMP) ## set up the virtual environment with all tools

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[all]' --group dev
	@touch $@

test: $(STAMP) ## set up and run the whole suite (T=path narrows it)
	$(BIN)/python -m pytest -n auto $(T)

lint: $(STAMP) ## ruff, mypy --strict, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(STAMP) ## hundreds of megabytes, 10 GB of logs and a table of ten million rows (GB=, ROWS= for less)
	DERBES_SOAK_GB=$(or $(GB),10) DERBES_SOAK_ROWS=$(or $(ROWS),10000000) \
	  $(BIN)/python -m pytest -m soak --timeout 36000 tests/torture

fuzz: $(STAMP) ## a fuzzer over every parser (SECONDS= for each, TARGETS= for some)
	$(BIN)/python -m pip install --quiet atheris
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),120) $(TARGETS)

reliability: $(STAMP) ## run what docs/reliability.md promises, and write its table
	$(BIN)/python -m tools.reliability

lock: $(STAMP) ## pin every package with the hashes of its files
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/python -m tools.lock

audit: $(STAMP) ## known vulnerabilities of what is pinned (asks a public database over the network)
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip_audit --requirement requirements.lock --disable-pip

sbom: $(STAMP) ## what the package is made of, as CycloneDX
	$(BIN)/python -m pip install --quiet cyclonedx-bom
	$(BIN)/python -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible -o sbom.json requirements.lock

bench: $(STAMP) ## speed and memory against references in the same run
	$(BIN)/python -m tests.bench.speed --output docs/benchmarks.md

bench-scale: $(STAMP) ## how cost grows with processes and with workers of a cluster
	$(BIN)/python -m tests.bench.scale

bench-accuracy: $(STAMP) ## precision and recall of the recognizers on the development sets (DATA=../shared/data)
	$(BIN)/python -m tests.bench.accuracy --data $(DATA)

bench-columns: $(STAMP) ## precision and recall of the column classifier on hand-judged columns
	$(BIN)/python -m tests.bench.columns_dev

train: $(STAMP) ## train the name model that ships with the package (about fifteen minutes)
	$(BIN)/python -m tools.train $(DATA)

upstream: $(STAMP) ## exports against DataHub and OpenMetadata themselves, in an environment of their own
	$(BIN)/python -m tools.upstream

docs: $(STAMP) ## generate the pages of the recognizers
	$(BIN)/python -m tools.recognizer_docs

clean: ## remove what was built
	rm -rf $(VENV) build dist *.egg-info derbes-demo
