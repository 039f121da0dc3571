# Two commands do all the set-up: `make demo` and `make test`.
# They need Python 3.11 and the package index; DATABASE_URL replaces the embedded database.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PG15 := /usr/lib/postgresql/15/bin
# Each worker has a database server of its own, so more than four cost more than they save.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile

# Without byte code every dbt command starts seconds later.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test stop lint bench clean

help:
	@echo "make demo   a synthetic model run from ZIP to API, with the set-up it needs"
	@echo "make test   linters, types and all tests"
	@echo "make setup  only the set-up: .venv, profiles.yml, the database with the dbt project deployed"
	@echo "make stop   stop the API and the embedded database"

.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Python 3.11 is needed; say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: .venv/ready
	@[ -n "$$DATABASE_URL" ] || $(BIN)/coeqwal db start
	@$(BIN)/coeqwal db init

demo: .venv/ready
	@$(BIN)/coeqwal demo

stop: .venv/ready
	@$(BIN)/coeqwal demo --stop

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models tests/dbt

test: lint
	$(BIN)/pytest $(PARALLEL)
	@if [ -z "$$COEQWAL_PG_BIN$$COEQWAL_TEST_DATABASE_URL" ] && [ -x $(PG15)/initdb ]; then \
	  echo "the warehouse tests again, on the PostgreSQL 15 that is installed here"; \
	  COEQWAL_PG_BIN=$(PG15) $(BIN)/pytest -q $(PARALLEL) -m postgres_15; \
	fi

clean:
	rm -rf .venv target logs .pytest_cache .mypy_cache .ruff_cache
