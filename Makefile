# Two commands do all the set-up: `make demo` and `make test`.
# They need Python 3.11, 3.12 or 3.13 and the package index; DATABASE_URL replaces the embedded database.

# the newest that is there and can make an environment
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3; do \
  $$each -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
  && { command -v $$each; break; }; done)
# what a demonstration needs; the tests and linters need [dev], which is requirements.txt as a whole
DEMO := api,dbt,embedded,heclib,verify
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PG15 := /usr/lib/postgresql/15/bin
# Each worker has a database server of its own, so more than four cost more than they save.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile

# Without byte code every dbt command starts seconds later.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test stop lint pythons clean

help:
	@echo "make demo   a synthetic model run from ZIP to API, with the set-up it needs"
	@echo "make test   linters, types and all tests"
	@echo "make pythons  tests of readers and writers with every other Python of 3.11 to 3.13 that is there"
	@echo "make setup  only the set-up: .venv, profiles.yml, the database with the dbt project deployed"
	@echo "make stop   stop the API and the embedded database"

.venv/made:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11, 3.12 or 3.13 with its module venv is needed (Debian: apt-get install" \
	  "python3-venv); say where it is: make PYTHON=/path/to/python3.13"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: requirements.txt pyproject.toml | .venv/made
	$(PIP) install --constraint requirements.txt --editable '.[$(DEMO)]'
	@touch $@

.venv/ready-dev: requirements.txt pyproject.toml | .venv/made
	$(PIP) install --requirement requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch .venv/ready $@

setup: .venv/ready
	@[ -n "$$DATABASE_URL" ] || $(BIN)/coeqwal db start
	@$(BIN)/coeqwal db init

demo: .venv/ready
	@$(BIN)/coeqwal demo

stop: .venv/ready
	@$(BIN)/coeqwal demo --stop

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell --dictionary=- --dictionary=tests/documentation/words.txt *.md api dbt_project extract macros seeds tests
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models tests/dbt

test: lint
	$(BIN)/pytest $(PARALLEL)
	@$(MAKE) --no-print-directory pythons
	@if [ -z "$$COEQWAL_PG_BIN$$COEQWAL_TEST_DATABASE_URL" ] && [ -x $(PG15)/initdb ]; then \
	  echo "the warehouse tests again, on the PostgreSQL 15 that is installed here"; \
	  COEQWAL_PG_BIN=$(PG15) $(BIN)/pytest -q $(PARALLEL) -m postgres_15; \
	fi

# the readers and writers with every other Python that is there; TESTS=tests/unit takes all tests that need no server
pythons: .venv/ready-dev
	@BIN=$(BIN) tests/pythons.sh

clean:
	rm -rf .venv target logs .pytest_cache .mypy_cache .ruff_cache
