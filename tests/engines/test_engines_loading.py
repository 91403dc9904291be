"""What is told of a load, and what it leaves out."""

from __future__ import annotations

import gc
import importlib
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest

from rewardlab.engines.loading import loading, stage, stages_from, uncollected, without
from rewardlab.engines.vllm_config import LEAST_CACHE, STAGES, cache_bytes
from rewardlab.progress import Silent


class Heard(Silent):
    def __init__(self):
        self.told = []

    def loading(self, model):
        self.told.append(f"loading {model}")

    def stage(self, name):
        self.told.append(name)

    def loaded(self):
        self.told.append("loaded")


def test_stages_are_heard_inside_and_nowhere_else():
    heard = Heard()
    stage("nobody listens")
    with loading(heard, "m"):
        stage("weights")
    stage("too late")
    assert heard.told == ["loading m", "weights", "loaded"]


def test_a_load_that_fails_is_over_too():
    heard = Heard()
    with pytest.raises(ValueError, match="no"), loading(heard, "m"):
        raise ValueError("no")
    assert heard.told[-1] == "loaded"


def test_a_librarys_log_lines_tell_its_stages_and_are_not_printed(capsys):
    logger = logging.getLogger("rewardlab.test.stages")
    shown = logging.StreamHandler(sys.stderr)
    logger.addHandler(shown)
    logger.setLevel(logging.ERROR)
    heard = Heard()
    with loading(heard, "m"), stages_from(logger, STAGES):
        logger.info("Starting to load model %s...", "m")
        logger.info("Something else")
        logger.info("Loading weights took %.2f seconds", 2)
        logger.error("seen")
    logger.info("Starting to load model again")
    logger.removeHandler(shown)
    assert heard.told == ["loading m", "weights", "KV cache", "loaded"]
    assert capsys.readouterr().err == "seen\n"
    assert (logger.level, logger.handlers) == (logging.ERROR, [])


def test_a_package_that_is_left_out_is_there_again_afterwards(monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with without("this", "json"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("this")
    assert "this" not in sys.modules
    assert importlib.import_module("json") is sys.modules["json"]


def test_garbage_is_looked_for_again_after_a_load():
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("window", "rows", "expected"), [(64, 128, LEAST_CACHE), (4096, 256, 2 * 2 * 4 * 2 * 64 * 2 * 4096 * 256)]
)
def test_the_cache_holds_what_runs_at_once(window, rows, expected):
    model = SimpleNamespace(
        get_num_kv_heads=lambda _: 2,
        get_head_size=lambda: 64,
        get_num_layers=lambda _: 4,
        dtype=SimpleNamespace(itemsize=2),
        max_model_len=window,
    )
    config = SimpleNamespace(
        model_config=model, parallel_config=None, scheduler_config=SimpleNamespace(max_num_seqs=rows)
    )
    assert cache_bytes(config) == expected


LOAD = """
import sys
from rewardlab.engines import ModelSpec, open_engine
from rewardlab.engines.loading import loading
from tests.engines.test_engines_loading import Heard
heard = Heard()
with loading(heard, "m"):
    engine = open_engine(ModelSpec("vllm", sys.argv[1]), {})
engine.close()
assert "sklearn" not in sys.modules, "left out"
print(heard.told, file=sys.stderr)
"""


@pytest.mark.engine
def test_vllm_tells_its_stages_and_imports_no_scikit_learn(arithmetic):
    command = [sys.executable, "-W", "ignore", "-c", LOAD, str(arithmetic / "models" / "inside")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=arithmetic.parents[1])
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()[-1]
    assert told == str(["loading m", "import", "configuration", "weights", "KV cache", "loaded"])
