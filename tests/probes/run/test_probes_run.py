"""All probes of a run together: no table makes them raise, and sound rewards are left in peace."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rewardlab.findings import CATALOGUE, RANK
from rewardlab.probes.run import ask_all
from tests.probes.run.conftest import asked

CELLS = st.sampled_from([0.0, 1.0]) | st.floats(-1e6, 1e6) | st.just(float("nan"))
SCORES = st.sampled_from([0.0, 1.0, 0.5]) | st.floats(-1e6, 1e6) | st.sampled_from(["raised", "RL103 nan", None])


@st.composite
def runs(draw):
    """A run of up to 120 prompts, made of a few rows that repeat, with or without each of what may come with it."""
    kinds, width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    times = draw(st.sampled_from([1, 1, 2, 30]))

    def table(cells=CELLS):
        return np.tile(draw(arrays.arrays(object, (kinds, width), elements=cells)), (times, 1)).tolist()

    scores = table(SCORES)
    scores[0][0] = draw(st.sampled_from([0.0, 1.0, "raised"]))
    return {
        "scores": scores,
        "again": [table() for _ in range(draw(st.integers(0, 2)))],
        "labels": (draw(st.booleans()) and table()) or None,
        "components": {name: table() for name in draw(st.sets(st.sampled_from(["correct", "format", "é"])))},
        "lengths": table(st.integers(0, 10_000).map(float)),
        "reward_range": draw(st.none() | st.just((-5.0, 5.0))),
    }


@given(runs())
@settings(max_examples=80)
def test_no_table_makes_a_probe_raise_and_all_evidence_is_json(run):
    found = ask_all(asked(run.pop("scores"), **run))
    for finding in found:
        assert finding.code in CATALOGUE
        assert json.loads(json.dumps(dict(finding.evidence), allow_nan=False)) is not None
        for example in finding.evidence.get("examples", ()):
            assert {"prompt_id", "index"} <= set(example)
    assert [RANK[one.severity] for one in found] == sorted(RANK[one.severity] for one in found)


def sound_run(rng, kind):
    """120 prompts x 8 of mixed difficulty; length varies by prompt and answer, and has nothing to do with being right.

    A sixth of the prompts is scored twice again. `flips` are of a judge that changes its mind once in two hundred
    times, on a task so hard that few groups differ; `noisy` adds a tenth of the signal's spread.
    """
    hard = kind == "flips"
    shape = (120, 8)
    share = rng.beta(*(0.15, 0.9) if hard else (1, 1.5), (120, 1))
    right = (rng.random(shape) < share).astype(float)
    scores = right if kind in {"binary", "flips"} else np.clip(0.2 + right / 2 + rng.normal(0, 0.12, shape), 0, 1)
    again = [np.full(shape, np.nan) for _ in range(2)]
    seen = rng.permutation(120)[:20]
    for one in again:
        match kind:
            case "noisy":
                one[seen] = scores[seen] + rng.normal(0, 0.03, (20, 8))
            case "flips":
                one[seen] = np.abs(scores[seen] - (rng.random((20, 8)) < 0.005))
            case _:
                one[seen] = scores[seen]
    lengths = rng.lognormal(rng.normal(5, 0.5, (120, 1)), 0.4, shape).round()
    return asked(scores, again=again, labels=right, lengths=lengths)


def test_sound_rewards_are_left_in_peace():
    """40 sound rewards of four kinds: no blocker and at most 5 % warnings of any probe that tests for a fault."""
    rng = np.random.default_rng(11)
    asked_of = {"RL306", "RL307", "RL404", "RL405", "RL410"}
    alarms = []
    for kind in ["binary", "graded", "noisy", "flips"] * 10:
        found = [one for one in ask_all(sound_run(rng, kind)) if one.code in asked_of and one.severity != "note"]
        assert not [one for one in found if one.severity == "blocker"]
        alarms += [kind] * bool(found)
    assert len(alarms) <= 2
