# make demo    read the sample pages into out/demo
# make test    lint, the tests, and the validation of what the sample pages give
# make lint    ruff, mypy, and the layers of imports
# make bench   how fast pages are read, beside other programs (see benchmarks/README.md)
# make clean   remove what these made
#
# Needs make, and Python 3.11, 3.12 or 3.13 with venv (Debian 12: apt-get install make python3-venv). Everything else
# goes into .venv; another Python is taken with `make PYTHON=python3.12`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Two OpenCV wheels write the same cv2/ (see pyproject.toml). The headless one goes in last and wins: it needs no GL
# and X11 libraries, which a server does not have.
OPENCV = $(shell grep -o 'opencv-python-headless==[0-9.]*' pyproject.toml)

.PHONY: demo test lint bench clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	$(BIN)/digitize run samples/pages --output out/demo --force --report
	@echo
	@echo "The articles are in out/demo: a folder for each page, with one TEI (.tei.xml) and one NewsML-G2 (.newsml.xml)"
	@echo "document per article, the page as ALTO (.alto.xml), and its layout, drawn (.svg). To look at all of it in a browser:"
	@ls out/demo/report/index.html

test: lint
	$(BIN)/python -m pytest
	rm -rf out/test
	$(BIN)/digitize run samples/pages --output out/test
	$(BIN)/digitize validate out/test

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/installed
	mkdir -p out
	$(BIN)/python benchmarks/speed.py --json out/bench.json

clean:
	rm -rf $(VENV) out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps stand for what pyproject.toml asks for; the project itself is installed in place and needs none.
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade "pip>=25.1"
	$(PIP) install --quiet --editable .
	$(PIP) install --quiet --force-reinstall --no-deps $(OPENCV)
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install --quiet --group dev
	touch $@
