# `make run` serves the dashboard, `make test` checks it; each sets up what it needs.

PYTHON = python3
# a folder filled by `make wheels`: installs from there, without the internet
WHEELS =

# what `make audit` is to look at: --area, --kpi, --by; all of it without
ONLY =

BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
INSTALL = $(PIP) install $(if $(WHEELS),--no-index --find-links "$(WHEELS)")
# each is touched once its requirements file has been installed in full
RUNTIME = .venv/installed
DEVELOPMENT = .venv/installed-dev

.PHONY: run quick test drill lint audit bench browser wheels clean

# Ctrl-C is how serving ends, and no error.
run: $(RUNTIME)
	@$(BIN)/python -m kpis prepare
	@trap 'exit 0' INT; $(BIN)/python -m streamlit run app.py

# what to run while working: no browser, no demo, no server
quick: lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test: lint browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile

# long faults and load: about fifteen minutes
drill: $(DEVELOPMENT)
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests/drill

lint: $(DEVELOPMENT)
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m mypy
	@$(BIN)/python -m tests.house

audit: $(DEVELOPMENT)
	@$(BIN)/python -m tests.audit $(ONLY)

bench: browser
	@$(BIN)/python -m tests.bench

# Without ensurepip Debian leaves half an environment behind: so ask first.
$(RUNTIME): requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))" \
		2>/dev/null || { echo "Python 3.11 or newer with venv is needed:" \
		"install the package python3-venv, or name one with 'make PYTHON=...'." >&2; \
		exit 1; }
	@echo "Installing $< (a minute or two the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(INSTALL) --requirement $<
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing $< ..."
	@$(INSTALL) --requirement $<
	@touch $@

browser: $(DEVELOPMENT)
	@$(BROWSER_IS_READY) || { echo "Installing Chromium for the browser tests ..."; \
		$(AS_ROOT) sh -c "$(APT_BROWSER)" \
		|| $(BIN)/python -m playwright install chromium; } \
		|| { echo "No Chromium was found or could be installed for the browser" \
		"tests: install the packages chromium and libatomic1." >&2; exit 1; }

# The names are those that tests/browser/serving.py looks for. Playwright's driver
# needs libatomic, which a bare Debian lacks; asking its version shows whether it runs.
BROWSER_IS_READY = $(BIN)/python -m playwright --version >/dev/null 2>&1 \
	&& { command -v chromium || command -v chromium-browser \
	|| command -v google-chrome; } >/dev/null
AS_ROOT = $$([ "$$(id -u)" = 0 ] || echo sudo -n)
APT_BROWSER = export DEBIAN_FRONTEND=noninteractive; apt-get -qq update \
	&& apt-get -qq install --yes --no-install-recommends \
	chromium fonts-dejavu-core libatomic1 >/dev/null

wheels: $(RUNTIME)
	@$(PIP) download --dest wheels --requirement requirements.txt
	@echo "Copy this folder with its wheels/, then: make run WHEELS=wheels"

# data/local and wheels/ stay: neither can be had again for certain.
clean:
	@rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
