# The commands that people and CI both call. `make help` lists them.
PYTHON ?= python3
PORT ?= 7860
HOST ?= 127.0.0.1
BIN := .venv/bin
DEMO_HOME := .demo
SOAK_ROUNDS ?= 100
SOAK_SECONDS ?= 3600
QUESTION := What will the ferry Grey Petrel cost, and when is it expected?
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help
.PHONY: help install model demo demo-answer test check audit format soak fuzz bench clean

help:
	@echo "make demo    install, read the sample news, answer a question, serve the chat (PORT=$(PORT))"
	@echo "make test    run the whole suite"
	@echo "make check   ruff, mypy --strict, import-linter"
	@echo "make audit   ask the advisory database about every pinned version (needs the network)"
	@echo "make soak    the long form of the fault and load tests, an hour (SOAK_SECONDS=600: ten minutes)"
	@echo "make fuzz    the long form of the property tests: 2,000 inputs for each reader"
	@echo "make bench   every benchmark of the project as one table"

install: .venv/base

.venv/base: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --upgrade pip setuptools
	$(PIP) --editable .
	@touch $@

.venv/test: .venv/base
	$(PIP) --editable '.[test]'
	@touch $@

.venv/lint: .venv/base
	$(PIP) --editable '.[test,lint]'
	@touch $@

model: .venv/base
	@$(BIN)/onrecord models pull smollm2-135m-onrecord

demo-answer: model
	@ONRECORD_HOME=$(DEMO_HOME) $(BIN)/onrecord ingest eval/sample/articles.jsonl
	@echo; echo "> $(QUESTION)"; echo
	@ONRECORD_HOME=$(DEMO_HOME) $(BIN)/onrecord ask "$(QUESTION)"

demo: demo-answer
	@echo; echo "The chat follows at http://$(HOST):$(PORT); Ctrl-C ends it."
	@ONRECORD_HOME=$(DEMO_HOME) $(BIN)/onrecord serve --host $(HOST) --port $(PORT)

test: .venv/test model
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: .venv/base
	$(PIP) --editable '.[audit]'
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

format: .venv/lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: .venv/test model
	SOAK=1 SOAK_OUT=runs/soak.json SOAK_ROUNDS=$(SOAK_ROUNDS) SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest -q --timeout 7200 $(ARGS)

fuzz: .venv/test model
	FUZZ=1 FUZZ_OUT=runs/fuzz.json $(BIN)/python -m pytest -q --timeout 7200 -m fuzz $(ARGS)

bench: model
	$(BIN)/onrecord bench all $(ARGS)

clean:
	rm -rf .venv $(DEMO_HOME) build dist *.egg-info
