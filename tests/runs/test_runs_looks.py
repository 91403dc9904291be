"""Which verdicts on a run are further looks, and how sure they must be."""

from __future__ import annotations

import json
from dataclasses import asdict

import pyarrow as pa
import pytest

from rewardlab.errors import RunError
from rewardlab.runs.looks import Look, level_at, look_at, looks_with
from rewardlab.runs.manifest import Manifest, read_manifest

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


SAMPLING = {"model": "m", "temperature": 1.0, "max_tokens": 8, "seed": 0}


def saved(tmp_path, looks):
    manifest = Manifest("now", "0", "m", SAMPLING, 8, "prompts.jsonl", "0" * 64)
    (tmp_path / "run.json").write_text(json.dumps(asdict(manifest) | {"looks": looks}))
    return tmp_path


def test_looks_are_read_as_they_were_written(tmp_path):
    assert read_manifest(saved(tmp_path, [asdict(look) for look in SEEN])).looks == SEEN


@pytest.mark.parametrize(
    "looks",
    [[{"prompts": 1}], [{"prompts": "1", "generations": 2}], [3], [{"prompts": -1, "generations": 2}], 7, [[1, 2]]],
)
def test_looks_that_are_none_are_told(tmp_path, looks):
    with pytest.raises(RunError, match="looks"):
        read_manifest(saved(tmp_path, looks))
