#!/usr/bin/env bash
# reasoning-gym 0.1.25: two of its scorers give the full score to answers that are not the sorted list.
#   word_sorting     the right list followed by any other words scores 1.0, for only the first places are compared
#   number_sorting   a list in which every number is 1 too large scores 1.0, for each may be 1 off
# A model that is trained on them may learn to append words, or to be nearly right. Seen on Python 3.11. Fails if it changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'reasoning-gym==0.1.25'
"$folder/venv/bin/python" - <<'PY'
import ast

import reasoning_gym

words = reasoning_gym.create_dataset("word_sorting", size=20, seed=1)
for entry in words:
    right = entry["answer"]
    longer = f"{right}, apple, tree"
    assert words.score_answer(right, entry) == words.score_answer(longer, entry) == 1.0, entry
print(f"word_sorting: {longer!r} scores {words.score_answer(longer, entry)} where {right!r} is right")

numbers = reasoning_gym.create_dataset("number_sorting", size=20, seed=1)
for entry in numbers:
    right = entry["answer"]
    moved = str([str(float(number) + 1) for number in ast.literal_eval(right)])
    far = str([str(float(number) + 2) for number in ast.literal_eval(right)])
    assert numbers.score_answer(right, entry) == numbers.score_answer(moved, entry) == 1.0, entry
    assert numbers.score_answer(far, entry) < 1.0, entry
print(f"number_sorting: {moved} scores {numbers.score_answer(moved, entry)} where {right} is right")
PY
