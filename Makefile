# Two commands do all the set-up: `make run` and `make test`. Everything else is under `make help`.
PORT ?= 8000
PYTHON ?= python3
UV_VERSION := 0.13.9
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
BIN := .venv/bin
PROGRAM := .venv/.program
STAMP := .venv/.synced
# Compiled files are kept: without them every worker and every command of a test compiles all anew.
unexport PYTHONDONTWRITEBYTECODE
export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
SYNC := VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --quiet --frozen --inexact --compile-bytecode --active

.DEFAULT_GOAL := help
.PHONY: help run serve test trace test-long test-all test-browser repeats screenshots diagrams demo-rows triggers statistics icons docs messages image bench bench-people bench-needs bench-moves bench-sheets bench-search bench-lists bench-saves bench-acts bench-front load load-memory mutants measures format check audit secrets clean install

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv || { echo "Could not make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(PROGRAM): uv.lock pyproject.toml | $(BIN)/uv
	@echo "Installing what the program needs ..."
	@$(SYNC) --no-dev
	@touch $@

$(STAMP): uv.lock pyproject.toml | $(BIN)/uv
	@$(SYNC)
	@touch $@ $(PROGRAM)

install: $(STAMP) ## the local environment, from the lock file

run: $(PROGRAM) ## serve with demo data on 127.0.0.1 (PORT=8000)
	@exec $(BIN)/tracker serve --demo --port $(PORT)

serve: $(PROGRAM) ## serve without demo data (PORT=8000)
	@$(BIN)/tracker setup
	@exec $(BIN)/tracker serve --port $(PORT)

test: $(STAMP) ## the test suite on SQLite, without the long walks
	@$(BIN)/python -m pytest -n auto --dist worksteal --durations=10 --ignore=tests/browser

test-long: ## the whole suite on both engines and in the browser, with the longest crawls
	@TRACKER_LONG=yes $(MAKE) --no-print-directory test-all

repeats: $(STAMP) ## which tests PostgreSQL need not repeat, anew: tests/repeats/repeats.txt
	@TRACKER_REQUIRE=postgres $(BIN)/python -m tests.repeats.listing

test-browser: $(STAMP) ## the pages in a real Chromium
	@$(SYNC) --group browser
	@$(BIN)/python -m pytest -n auto --dist load --maxschedchunk=1 --durations=10 tests/browser

test-all: ## what CI asks: the suite with the long walks, PostgreSQL, the browser
	@TRACKER_REQUIRE=postgres $(MAKE) --no-print-directory test
	@TRACKER_REQUIRE=postgres,browser $(MAKE) --no-print-directory test-browser

screenshots: $(STAMP) ## the pictures of README.md and docs/ and the sample PDFs, anew from the demo
	@$(SYNC) --group browser
	@TRACKER_REQUIRE=browser TRACKER_KEEP_PICTURES=yes $(BIN)/python -m pytest -q tests/browser/test_pictures.py -k "test_picture or test_sample"

diagrams: $(STAMP) ## the pictures of docs/, tables.md, access.md, moves.md, and personal-data.md, anew from the program
	@$(BIN)/python -m tests.docs.house
	@$(BIN)/python -m tests.docs.tables
	@$(BIN)/python -m tests.docs.access_rules
	@$(BIN)/python -m tests.docs.moves
	@$(BIN)/python -m tests.record.personal_data

demo-rows: $(STAMP) ## seed_data/demo/rows.jsonl, anew from the story of the demo (2 minutes)
	@$(BIN)/python -m tests.demo.rows

triggers: $(STAMP) ## seed_data/triggers.json, anew from the migrations on both engines
	@$(BIN)/python -m tests.storage.triggers_list

statistics: $(STAMP) ## seed_data/statistics.json, anew from 300 people after a year (5 minutes)
	@$(BIN)/python -m tests.queries.statistics_list

icons: $(STAMP) ## the icons of the installed app, anew from static/favicon.svg
	@$(BIN)/python -m tests.docs.icons

docs: $(STAMP) ## the pages of docs/ as a site in site/; a broken link fails
	@$(SYNC) --group docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "Open site/index.html"

image: ## a container image by podman, buildah, or docker: docs/samples/Containerfile (BASE= for another base)
	@builder=$$(command -v podman || command -v buildah || command -v docker) || { echo "podman, buildah, or docker is needed."; exit 1; }; \
	  "$$builder" build --file docs/samples/Containerfile $(if $(BASE),--build-arg BASE=$(BASE)) --tag skills-tracker:$(VERSION) .

bench-people: $(STAMP) ## from an empty installation to 300 invited people: minutes, pages, forms, mails
	@$(BIN)/python -m tests.benches.first_people

bench-needs: $(STAMP) ## memory, disk, and processor for 40 people and for 300 (an hour; PEOPLE=40 for one)
	@$(BIN)/python -m tests.benches.requirements $(PEOPLE)

bench-moves: $(STAMP) ## 10,000 people moved to a version and back on both engines, with three kills (PEOPLE=10000)
	@$(BIN)/python -m tests.benches.moving $(PEOPLE)

bench-sheets: $(STAMP) ## the pages of one learner among 40 people and among 10,000, on both engines (PEOPLE=10000)
	@$(BIN)/python -m tests.benches.sheets $(PEOPLE)

bench-lists: $(STAMP) ## the lists of libraries of 12 people to 10,000, on both engines (PEOPLE=10000)
	@$(BIN)/python -m tests.benches.lists $(PEOPLE)

bench-acts: $(STAMP) ## files, SQL, and processor time of a saved rating and of an answer in a review
	@$(BIN)/python -m tests.acts.costs

bench-search: $(STAMP) ## search among 10,000 people and 400 statements, on both engines (PEOPLE=10000)
	@$(BIN)/python -m tests.benches.search $(PEOPLE)

bench-saves: $(STAMP) ## bytes and processor time of a saved rating on SQLite
	@$(BIN)/python -m tests.benches.saves

bench-front: $(STAMP) ## five pages in a slow Chromium on a slow line: bytes, when they stand there, what moves (VISITS=3)
	@$(SYNC) --group browser
	@$(BIN)/python -m tests.benches.front $(VISITS)

bench: $(STAMP) ## times of the main pages as ratios to an empty page, and of a save while 64 save
	@$(BIN)/python -m tests.benches.pages
	@$(BIN)/python -m tests.benches.bursts

load: $(STAMP) ## how long people wait while clients are slow or hostile, and while 140 sign in
	@$(BIN)/python -m tests.benches.slow_clients
	@$(BIN)/python -m tests.benches.sign_in_rush
	@$(BIN)/python -m tests.benches.hostile_bodies

load-memory: $(STAMP) ## what a process holds while it answers 100,000 requests
	@$(BIN)/python -m tests.benches.memory

mutants: $(STAMP) ## whether the tests see every small change of the rules that matter (JOBS=1)
	@$(SYNC) --group mutants
	@$(BIN)/python -m tests.mutants.report $(JOBS)

trace: $(STAMP) ## what a real run of an act passes, in its order: ACT=rating, answer, reveal, or import
	@$(BIN)/python -m tests.acts.trace $(or $(ACT),rating)

measures: $(STAMP) ## the size and shape of the house in figures (SHOW=name: where what is counted stands)
	@$(BIN)/python -m tests.docs.measures $(SHOW)

format: $(STAMP) ## the code as the formatter lays it out
	@$(BIN)/ruff format .

check: $(STAMP) ## format and types only
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

messages: $(STAMP) ## every interface text for translators; updates and compiles the catalogues in translations/
	@mkdir -p translations
	@$(BIN)/pybabel --quiet extract -F pyproject.toml -k _l -k gettext_noop --ignore-dirs ".*" --sort-by-file --project skills-tracker -o translations/messages.pot .
	@for po in $(wildcard translations/*/LC_MESSAGES/messages.po); do \
	  $(BIN)/pybabel --quiet update --no-fuzzy-matching -i translations/messages.pot -o $$po -l $$(basename $$(dirname $$(dirname $$po))); done
	@$(if $(wildcard translations/*/LC_MESSAGES/messages.po),$(BIN)/pybabel --quiet compile --statistics -d translations)
	@echo "translations/messages.pot: $$(grep -c '^msgid ' translations/messages.pot) texts"

audit: $(STAMP) ## known vulnerabilities of what uv.lock names; fails where none could be looked up
	@UV_PROJECT_ENVIRONMENT="$(CURDIR)/.cache/audit" $(BIN)/uv sync --quiet --frozen --python $(BIN)/python --only-group audit
	@$(BIN)/python -m tests.dependencies.audit $(AUDIT)

secrets: $(STAMP) ## passwords and keys in what git keeps, but for those in .secrets.baseline
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline

clean: ## remove the local environment (never the data in var/)
	rm -rf .venv .cache site mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
