# Everything runs in .venv. What the caller's shell has set up for another Python stays outside.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE DJANGO_SETTINGS_MODULE

PYTHON := .venv/bin/python
JOBS ?= 2
COVERAGE_FLOOR ?= 95

# One thread for each test process, and nothing fetched from a model hub.
TESTING := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1
# No key is kept in the data folder for the sake of a check.
CHECKED = SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')"
DEPLOYED = $(CHECKED) DEBUG=0 ALLOWED_HOSTS=wires.example.org SITE_URL=https://wires.example.org

.DEFAULT_GOAL := help
.PHONY: help setup run test quick lint types checks covered fmt lock screenshot bench-classifier clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | while IFS='	' read -r name text; do \
		printf '  make %-16s %s\n' "$$name" "$$text"; done

setup: ## install what is needed into .venv
	@.ci/setup

run: setup ## start the site on http://127.0.0.1:8000 (PORT=8001 make run for another port)
	@exec $(PYTHON) manage.py serve

test: setup ## everything that a change must pass
	@began=$$(date +%s); \
	$(MAKE) --no-print-directory lint types checks covered && \
	echo "All of it took $$(( $$(date +%s) - began )) s."

quick: setup ## the tests that need no patience
	@$(TESTING) $(PYTHON) -m pytest -n $(JOBS) --dist loadfile -m 'not slow'

lint: setup ## style, and who may import whom
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -c 'from importlinter.cli import lint_imports_command as main; main()'

types: setup ## mypy, strict
	@$(PYTHON) -m mypy .

checks: setup
	@$(CHECKED) $(PYTHON) manage.py check --fail-level WARNING
	@$(DEPLOYED) $(PYTHON) manage.py check --deploy --fail-level WARNING
	@# It warns that no database was there to compare with; the tests do that.
	@$(CHECKED) $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

covered: setup
	@$(TESTING) $(PYTHON) -m pytest -n $(JOBS) --dist loadfile --cov --cov-branch --cov-report=term \
		--cov-fail-under=$(COVERAGE_FLOOR)

fmt: setup ## format the code, and mend what can be mended by itself
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

# pip chooses the build of torch on each machine, so torch and what only its other builds need
# are taken out of the lock again.
lock: setup ## write requirements.lock anew from pyproject.toml
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet pip-tools==7.6.2 && \
	"$$tools/bin/pip-compile" --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --strip-extras --allow-unsafe --extra dev --extra tierb \
		--output-file requirements.lock pyproject.toml && \
	awk '/^[^ ]/ { skip = /^(torch==|triton==|nvidia-|cuda-)/ } !skip' requirements.lock \
		>"$$tools/lock" && cat "$$tools/lock" >requirements.lock

screenshot: setup ## the README's picture, from a running site (SITE=http://127.0.0.1:8000)
	@$(PYTHON) benchmarks/screenshot.py $(SITE)

bench-classifier: setup ## measure the classifier, and write the README's table anew
	@OMP_NUM_THREADS=1 $(PYTHON) -m benchmarks.classifier

clean: ## remove what tools have left; the data and .venv stay
	@rm -rf .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -not -path './var/*' -prune -exec rm -rf {} +
