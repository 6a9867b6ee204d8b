# What a person does with this project: run it, test it, check it, lock its dependencies.  Needs Python 3.11 and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: run test prove prove-engine check bench lock format clean

run: $(VENV)/dev  ## The service with its own databases and demo data, on http://127.0.0.1:8000
	@$(BIN)/gateway dev $(ARGS)

test: $(VENV)/dev  ## The tests, on real databases
	@$(BIN)/pytest -n 2 --dist loadscope $(ARGS)

prove: $(VENV)/dev  ## Money, when everything that can die dies, for hours; ARGS="--seconds 600 --only kills" for less
	@$(BIN)/python -m tests.prove $(ARGS)

prove-engine: $(VENV)/dev  ## 100,000 operations through both executors, then mistakes that must be noticed; ARGS picks one
	@$(BIN)/python -m tests.engine.prove $(ARGS)
	@test -n "$(ARGS)" || $(BIN)/python -m tests.engine.prove --mutants

check: $(VENV)/dev  ## Everything that is checked without running the service
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/gateway schema --check
	$(BIN)/gateway migrate --check

bench: $(VENV)/dev  ## Reads and, by ARGS=purchases, sales, measured beside other servers; ARGS=--quick is a glance, ARGS="run --help" tells more
	@$(BIN)/python -m tests.bench $(ARGS)

format: $(VENV)/dev  ## Put the code into the form that `check` wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/dev  ## Lock the newest versions that pyproject.toml allows, with hashes and without addresses
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra embedded --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --upgrade

# The stamp is newer than the lock that it was made from, so that nothing is installed twice.
$(VENV)/dev: requirements-dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

clean:  ## Forget everything that was installed and all local data
	rm -rf $(VENV) .gateway
