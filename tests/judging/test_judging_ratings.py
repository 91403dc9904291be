"""One judge's judgments as tables: every row in its cell, what was not asked told apart from what was not read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlab.errors import RunError
from rewardlab.judging.judgments import Judgment, JudgmentWriter, judgments_of, read_judgments
from rewardlab.judging.ratings import Usage, ratings_of, usage_of
from rewardlab.judging.verdict import Verdict
from rewardlab.outcome import Unscored
from rewardlab.runs.manifest import JudgeRecord

RECORD = JudgeRecord("k", "right", "right.toml", "vllm:m", "boolean", "nominal", ("no", "yes"), (0.0, 1.0), 1.0, "d")
NAN = np.nan


def judged(place, value, *, tokens=None, seconds=0.5):
    judgment = Judgment.of(place, Verdict(value, str(value), value / 2), text="x", seconds=seconds)
    return judgment if tokens is None else Judgment(**{**as_dict(judgment), **dict(zip(TOKENS, tokens, strict=True))})


TOKENS = ("prompt_tokens", "completion_tokens")


def as_dict(judgment):
    return {name: getattr(judgment, name) for name in Judgment.__slots__}


def tables(tmp_path, judgments, *, record=RECORD, prompts=("p", "q"), weights=None):
    parts = judgments_of(tmp_path, record.key)
    writer = JudgmentWriter(parts)
    writer.add(judgments)
    writer.flush()
    return ratings_of(record, prompts, parts.read(), weights=np.ones((2, 3)) if weights is None else weights)


def same(found, expected):
    np.testing.assert_array_equal(found, np.array(expected, float))


def test_each_judgment_stands_in_its_cell(tmp_path):
    found = tables(
        tmp_path,
        [
            judged(("p", 0, None, "", 0), 1.0),
            judged(("q", 2, None, "", 0), 0.0),
            judged(("q", 2, None, "", 1), 1.0),
            judged(("q", 2, None, "padded", 0), 1.0),
            Judgment.of(("p", 1, None, "", 0), Unscored("invalid", "maybe", 0.0), text="maybe", seconds=0.1),
            Judgment.not_asked(("q", 0, None, "", 0), "missing", "no reference"),
            judged(("gone", 0, None, "", 0), 1.0),
            judged(("p", 9, None, "", 0), 1.0),
        ],
    )
    same(found.values, [[1, NAN, NAN], [NAN, NAN, 0]])
    same(found.expected, [[0.5, NAN, NAN], [NAN, NAN, 0]])
    same(found.asked, [[1, 1, 0], [0, 0, 1]])
    same(found.repeats[:, :, 1], [[NAN, NAN, NAN], [NAN, NAN, 1]])
    same(found.variants["padded"], [[NAN, NAN, NAN], [NAN, NAN, 1]])
    same(found.variants_asked["padded"], [[0, 0, 0], [0, 0, 1]])
    same(found.right, [[1, NAN, NAN], [NAN, NAN, 0]])
    assert (found.unread, found.not_asked) == ({"invalid": 1}, {"missing": 1})
    assert [(one.prompt_id, one.reason, one.text) for one in found.examples] == [("p", "invalid", "maybe")]
    assert found.pairs is None


def test_without_judgments_every_table_is_there_and_empty(tmp_path):
    found = tables(tmp_path, [])
    assert np.isnan(found.values).all()
    assert found.values.shape == found.repeats[:, :, 0].shape == (2, 3)
    assert (found.variants, found.unread, found.examples) == ({}, {}, ())
    assert found.usage == Usage(0, None, None, None, "USD")


PAIRWISE = JudgeRecord("k", "better", "b.toml", "vllm:m", "pairwise", "nominal", ("A", "B"), (0.0, 1.0), None, "d")


def test_pairs_are_turned_back_so_that_equal_means_consistent(tmp_path):
    """p: 0 against 2. Shown second, 2 is preferred (1); shown first, it is preferred again (0, turned back 1)."""
    found = tables(
        tmp_path,
        [
            judged(("q", 1, 0, "", 0), 1.0),
            judged(("q", 0, 1, "swapped", 0), 1.0),
            judged(("p", 0, 2, "", 0), 1.0),
            judged(("p", 2, 0, "swapped", 0), 0.0),
            judged(("p", 0, 2, "", 1), 0.5),
            judged(("p", 0, 2, "styled", 0), 0.0),
        ],
        record=PAIRWISE,
    )
    assert found.pairs is not None
    same([found.pairs.prompt, found.pairs.first, found.pairs.second], [[0, 1], [0, 1], [2, 0]])
    same([found.pairs.value, found.pairs.swapped], [[1, 1], [1, 0]])
    same(found.pairs.repeats, [[1, 0.5], [1, NAN]])
    same(found.variants["styled"], [[0, NAN, NAN], [NAN, NAN, NAN]])
    assert np.isnan(found.values).all()
    assert not found.asked.any()


def test_a_pair_without_its_other_order_is_nan(tmp_path):
    found = tables(
        tmp_path,
        [
            judged(("p", 0, 1, "", 0), 1.0),
            Judgment.of(("q", 0, 1, "", 0), Unscored("invalid", "", 0.0), text="", seconds=0.1),
            judged(("q", 1, 0, "swapped", 0), 0.0),
        ],
        record=PAIRWISE,
    )
    assert found.pairs is not None
    same(found.pairs.value, [1, NAN])
    same(found.pairs.swapped, [NAN, 1])


def test_money_is_counted_once_for_equal_questions(tmp_path):
    """1,000 + 3,000 tokens of prompt at 2 a million and 10 + 30 of completion at 50: 0.008 + 0.002."""
    first = judged(("p", 0, None, "", 0), 1.0, tokens=(1000, 10))
    rows = [first, first.taken_over(("p", 1, None, "", 0)), judged(("q", 0, None, "", 0), 1.0, tokens=(3000, 30))]
    priced = JudgeRecord(**{**{n: getattr(RECORD, n) for n in JudgeRecord.__slots__}, "price": (2.0, 50.0)})
    assert tables(tmp_path, rows, record=priced).usage == Usage(2, 4000, 40, pytest.approx(0.01), "USD")
    assert usage_of(RECORD, judgments_of(tmp_path, "k").read()).cost is None


@settings(max_examples=20)  # each writes and syncs a file
@given(
    st.lists(
        st.tuples(st.text(max_size=4), st.integers(0, 3), st.none() | st.integers(0, 3), st.text(max_size=3)),
        unique=True,
        max_size=8,
    ),
    st.floats(allow_nan=False),
    st.text(),
)
def test_what_is_written_is_read(tmp_path_factory, places, value, text):
    parts = judgments_of(tmp_path_factory.mktemp("run"), "k")
    writer = JudgmentWriter(parts)
    storable = [(name.encode("utf-8", "replace").decode(), *rest) for name, *rest in places]
    rows = {
        (*place, 0): Judgment((*place, 0), value, text.encode("utf-8", "replace").decode(), None, None, None, None)
        for place in storable
    }
    writer.add(rows.values())
    writer.flush()
    assert read_judgments(parts) == rows


def test_a_question_answered_twice_is_refused(tmp_path):
    for _ in range(2):
        writer = JudgmentWriter(judgments_of(tmp_path, "k"))
        writer.add([judged(("p", 0, None, "", 0), 1.0)])
        writer.flush()
    with pytest.raises(RunError, match="stands in two parts"):
        judgments_of(tmp_path, "k").read()


def test_a_verdict_outside_the_sample_that_counts_now_is_left_out(tmp_path):
    judgments = [judged(("p", 0, None, "", time), 1.0) for time in (0, 1)] + [judged(("q", 2, None, "", 0), 0.0)]
    found = tables(tmp_path, judgments, weights=np.array([[0, 0, 0], [0, 0, 2.0]]))
    same(found.values, [[NAN, NAN, NAN], [NAN, NAN, 0]])
    assert found.asked.sum() == 1
    assert not np.isfinite(found.repeats[0]).any()
    assert not np.isfinite(found.expected[0]).any()
