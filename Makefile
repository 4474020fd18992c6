# `make help` lists what there is. T=path narrows a test run: make test T=tests/bot
PY := .venv/bin/python
T ?= tests
.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint fix migration bench check lock

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install everything for development into .venv
	@scripts/setup.sh dev

test: setup ## run the whole suite (T=path for one part)
	@scripts/system-packages.sh
	$(PY) -m pytest $(T)

lint: setup ## ruff, mypy --strict, import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache

fix: setup ## format and repair what ruff can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: setup ## renew requirements/*.lock from pyproject.toml
	scripts/lock.sh
