"""A run's parts as tables: every number in its cell, whatever order it came in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from rewardlab.runs.parts import GENERATION_SCHEMA, RESCORE_SCHEMA, SCORE_SCHEMA
from rewardlab.runs.tables import SHOWN_CHARACTERS, gather
from tests.measurement.test_measurement_scores import prompts

NAN = float("nan")


def generations(*rows):
    return pa.Table.from_pylist(
        [{"prompt_id": prompt, "index": index, "text": text} for prompt, index, text in rows], GENERATION_SCHEMA
    )


def scores(*rows):
    return pa.Table.from_pylist(
        [
            {
                "prompt_id": prompt,
                "index": index,
                "score": score,
                "components": [{"name": name, "value": value} for name, value in components],
            }
            for prompt, index, score, *components in rows
        ],
        SCORE_SCHEMA,
    )


def rescores(*rows):
    return pa.Table.from_pylist(
        [dict(zip(("prompt_id", "index", "time", "score"), row, strict=True)) for row in rows], RESCORE_SCHEMA
    )


@pytest.fixture
def answers():
    """Two prompts, two generations each, one of them never sampled; parts in another order than the prompts."""
    return gather(
        prompts(2),
        generations(("p1", 1, "né"), ("elsewhere", 0, "x"), ("p0", 0, "one"), ("p1", 7, "beyond"), ("p0", 1, "")),
        scores(
            ("p1", 1, 0.5, ("fmt", 1.0), ("fmt", 2.0)),
            ("p0", 1, None),
            ("elsewhere", 0, 9.0, ("fmt", 9.0)),
            ("p0", 0, 1.0, ("len", -1.0), ("fmt", 0.0)),
        ),
        rescores(("p0", 0, 2, 0.75), ("p0", 0, 1, 0.25), ("p0", 1, 1, None)),
        num_generations=2,
        labels={("p1", 1): 1.0, ("elsewhere", 0): 0.0, ("p0", 5): 0.0},
    )


def test_every_number_is_in_its_cell(answers):
    assert answers.prompt_ids == ("p0", "p1")
    np.testing.assert_equal(answers.score, [[1, NAN], [NAN, 0.5]])
    np.testing.assert_equal(answers.length, [[3, 0], [NAN, 2]])
    np.testing.assert_equal(answers.labels, [[NAN, NAN], [NAN, 1]])


def test_scorings_are_the_score_and_then_the_times_in_their_order(answers):
    assert answers.scorings.shape == (2, 2, 3)
    np.testing.assert_equal(answers.scorings[0, 0], [1, 0.25, 0.75])
    np.testing.assert_equal(answers.scorings[0, 1], [NAN, NAN, NAN])
    np.testing.assert_equal(answers.scorings[1, 1], [0.5, NAN, NAN])


def test_components_are_told_apart_by_name_and_the_last_of_a_name_counts(answers):
    assert set(answers.components) == {"fmt", "len"}
    np.testing.assert_equal(answers.components["fmt"], [[0, NAN], [NAN, 2]])
    np.testing.assert_equal(answers.components["len"], [[-1, NAN], [NAN, NAN]])


def test_an_example_is_the_generation_itself(answers):
    assert answers.example(1, 1) == {"prompt_id": "p1", "index": 1, "score": 0.5, "text": "né"}
    assert answers.example(0, 1) == {"prompt_id": "p0", "index": 1, "score": None, "text": ""}
    assert answers.example(1, 0) == {"prompt_id": "p1", "index": 0, "score": None, "text": ""}


@pytest.mark.parametrize(("length", "shown"), [(SHOWN_CHARACTERS, SHOWN_CHARACTERS), (1000, SHOWN_CHARACTERS)])
def test_a_long_text_is_cut(length, shown):
    found = gather(prompts(1), generations(("p0", 0, "a" * length)), scores(), rescores(), num_generations=1).example(
        0, 0
    )["text"]
    assert len(found) == shown
    assert found.endswith(" ...") == (length > shown)


def test_a_run_without_scores_labels_or_components_has_empty_tables():
    answers = gather(prompts(2), generations(), scores(), rescores(), num_generations=3)
    assert np.isnan(answers.score).all()
    assert answers.scorings.shape == (2, 3, 1)
    assert (answers.components, answers.labels) == ({}, None)
