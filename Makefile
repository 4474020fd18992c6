# `make help` lists what there is. T=path narrows a test run: make test T=tests/bot
PY := .venv/bin/python
T ?= tests
# How many processes run the tests: on two cores they wait half of the time, for browsers, servers and disks.
N ?= 3
WITH_POSTGRES := POSTGRES_OPTIONS="-c fsync=off" scripts/with-postgres.sh
BENCHES := intake worker latency admin classifier export similar reports surveys
.DEFAULT_GOAL := help
.PHONY: help setup setup-base demo run test lint fix docs migration bench $(addprefix bench-,$(BENCHES)) check lock

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: ## install everything for development into .venv
	@scripts/setup.sh dev

setup-base: ## install only what running needs into .venv
	@scripts/setup.sh base

demo: setup-base ## set up and start a demonstration city with the LINE simulator, on SQLite
	@.venv/bin/machikoe demo

run: setup-base ## start public, staff and worker with the settings of the environment
	@.venv/bin/machikoe serve

test: setup ## run the whole suite (T=path for one part)
	@scripts/system-packages.sh
	@$(WITH_POSTGRES) scripts/run-tests.sh $(N) $(T)

lint: setup ## ruff, mypy --strict, import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m mypy --explicit-package-bases tests scripts
	.venv/bin/lint-imports --no-cache

fix: setup ## format and repair what ruff can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

docs: setup ## write docs/settings.md and docs/commands.md from the code
	@$(PY) scripts/write_docs.py

migration: setup ## write the next migration from the models (m="what changes")
	@$(PY) scripts/new_migration.py "$(m)"

bench: $(addprefix bench-,$(BENCHES)) ## measure everything

bench-intake: ## acknowledgements a second of the webhook, beside an echo that stores nothing
bench-worker: ## events processed a second, end to end, and the delay at low load
bench-latency: ## from acknowledged to processed at low load
bench-admin: ## staff pages at 100,000 matters
bench-classifier: ## texts read a second, memory, start
bench-export: ## rows exported a second, memory
bench-similar: ## earlier opinions like one, at 100,000 stored
bench-surveys: ## simple counts of 100,000 responses × 20 questions
bench-reports: ## the dashboard at 100,000 matters, beside plain SQL and pandas
$(addprefix bench-,$(BENCHES)): bench-%: setup
	@scripts/with-postgres.sh $(PY) -m benchmarks.$*
bench-worker: bench-latency

check: setup ## everything CI asks for
	@scripts/system-packages.sh
	@test ! -f scripts/vendor_assets.py || $(PY) scripts/vendor_assets.py --check
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test T=tests

lock: setup ## renew requirements/*.lock from pyproject.toml
	scripts/lock.sh
