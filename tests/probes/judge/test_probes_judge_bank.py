"""The bank's judges: the sound ones raise nothing, each planted fault is found by its code and brings no other."""

from __future__ import annotations

import itertools
import random
import sys
from functools import cache
from pathlib import Path

import pytest

from fixtures.judges.bank import FOLDER, read_bank
from rewardlab.judging.definition import PYTHON, load_judge
from rewardlab.judging.member import convene
from rewardlab.judging.python import ARGUMENTS
from rewardlab.judging.verdict import VerdictError, find
from rewardlab.probes.judge import ask_all
from rewardlab.rewards.isolation.asked import load_asked
from tests.probes.judge.conftest import codes, question_of, run_of, sat

BANK = read_bank()
CLEAN = [judge.file for judge in BANK if judge.kind == "clean"]
#: Who sits beside a planted judge that names no company.
COMPANY = [FOLDER / "clean/equality.toml", FOLDER / "clean/slips.toml"]


def _place(judge):
    file, _, name = judge.model.removeprefix(PYTHON).rpartition(":")
    return Path(file), name


@cache
def ratings(file):
    """A judge's ratings; its function is called as its process would call it, in this one."""
    ((judge, record),) = [(one.judge, one.record) for one in convene([load_judge(str(file))])]
    before = list(sys.path)
    asked = load_asked(*_place(judge))
    sys.path[:] = before
    random.seed(0)  # one planted judge draws its verdicts
    prompts, texts, score = run_of()

    def judging(exhibit):
        told = asked.answer({name: given(exhibit) for name, given in ARGUMENTS.items()})
        try:
            return find(judge.scale, told["value"]).value
        except (VerdictError, KeyError):
            return None

    return sat(judge, record, judging, prompts, texts, success=score >= 0.5)


def found(*files):
    return ask_all(question_of(*(ratings(file) for file in files)))


def test_all_sound_judges_together_raise_nothing():
    assert found(*CLEAN) == ()


@pytest.mark.parametrize(
    "pair", [*itertools.combinations(CLEAN, 2)], ids=lambda pair: "-".join(one.stem for one in pair)
)
def test_no_two_sound_judges_raise_more_than_a_doubt_of_their_agreement(pair):
    """Two that err on a few per cent each agree at 0.8 or so, and the interval of a small run may hold 0.667."""
    assert codes(found(*pair)) <= {("RL502", "warning")}


@pytest.mark.parametrize("judge", [one for one in BANK if one.kind == "planted"], ids=lambda judge: judge.name)
def test_a_planted_fault_is_found_by_its_code(judge):
    beside = [FOLDER / path for path in judge.beside] or COMPANY
    seen = {one.code: one.severity for one in found(*beside, judge.file)}
    assert seen.get(judge.code) in {"blocker", "warning"}
    assert {code for code in seen if code != judge.code and seen[code] != "note"} <= {*judge.also}
