"""Which verdicts on a run are further looks, and how sure they must be."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from rewardlab.errors import RunError
from rewardlab.looks import Look, level_at, look_at, looks_with
from rewardlab.run import read_manifest

SEEN = (Look(100, 800), Look(150, 1200))


def test_a_look_counts_prompts_with_a_generation_and_generations():
    assert look_at(pa.table({"prompt_id": ["a", "a", "b"]})) == Look(2, 3)


def test_more_is_another_look_and_the_same_is_not():
    assert looks_with(SEEN, Look(150, 1200)) == SEEN
    assert looks_with(SEEN, Look(200, 1600)) == (*SEEN, Look(200, 1600))
    assert looks_with(SEEN, Look(150, 2400)) == (*SEEN, Look(150, 2400))
    assert looks_with((), Look(100, 800)) == (Look(100, 800),)
    assert looks_with(SEEN, Look(100, 800)) == SEEN[:1]


def test_more_generations_of_the_same_prompts_are_taken_for_all_they_may_tell():
    one, other = level_at((Look(100, 800), Look(100, 1600))), level_at((Look(100, 800), Look(200, 1600)))
    assert one == other > level_at(SEEN) > level_at(SEEN[:1]) == 0.96


@pytest.mark.parametrize("looks", [[{"prompts": 1}], [{"prompts": "1", "generations": 2}], [3], [[-1, 2]], 7])
def test_looks_that_are_none_are_told(tmp_path, looks):
    values = {"schema": "rewardlab.run/1", "rewards": [], "notices": [], "looks": looks}
    (tmp_path / "run.json").write_text(json.dumps(values))
    with pytest.raises(RunError, match="cannot be read"):
        read_manifest(tmp_path)
