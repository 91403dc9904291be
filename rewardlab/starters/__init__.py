"""Starters for `rewardlab init`: a reward, its prompts, settings and a CI file, in the form that one trainer takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeAlias

from rewardlab.errors import UsageError
from rewardlab.starters.example import Question, generations, questions
from rewardlab.task import Json

#: What a row looks like: TRL's and verifiers' columns, verl's, or the conversations of Nova, Bedrock and OpenAI.
Form: TypeAlias = Literal["trl", "verifiers", "verl", "messages"]
GENERATIONS = "example_generations.jsonl"


@dataclass(frozen=True, slots=True)
class Starter:
    """A trainer or platform: the folder of its reward, the form of its rows, the profile that its audits keep to."""

    name: str
    reward: str
    form: Form
    platform: str


STARTERS: Mapping[str, Starter] = {
    starter.name: starter
    for starter in (
        Starter("trl", "trl", "trl", "smtj"),
        Starter("verl", "verl", "verl", "smtj"),
        Starter("smtj", "lambda", "messages", "smtj"),
        Starter("hyperpod", "lambda", "messages", "hyperpod"),
        Starter("bedrock", "lambda", "messages", "bedrock"),
        Starter("verifiers", "verifiers", "verifiers", "smtj"),
        Starter("openai", "openai", "messages", "smtj"),
    )
}


def write_starter(name: str, folder: Path) -> list[Path]:
    """Write the starter's files into a folder, which is made if it is missing, and return their paths.

    Raises: UsageError for an unknown starter, or if one of the files exists: nothing is written then.
    """
    if name not in STARTERS:
        raise UsageError(
            f"no trainer {name!r}" if name else "no trainer named",
            where="--for",
            expected="one of " + ", ".join(STARTERS),
        )
    texts = _texts(STARTERS[name])
    taken = [file for file in texts if (folder / file).exists()]
    if taken:
        raise UsageError(
            f"{folder / taken[0]} exists", where=str(folder), expected="a folder without it", do="name another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"nothing can be written here: {error}", where=str(folder), do="name another folder") from None
    return [folder / file for file in texts]


def _texts(starter: Starter) -> dict[str, str]:
    """The text of each file, by its name."""
    held = files(__package__) / "files"
    asked = questions()
    return {
        "reward.py": (held / starter.reward / "reward.py").read_text(encoding="utf-8"),
        "prompts.jsonl": _lines(_row(starter.form, one) for one in asked),
        GENERATIONS: _lines(generations(asked)),
        "rewardlab.toml": (held / "rewardlab.toml").read_text(encoding="utf-8").replace("PLATFORM", starter.platform),
        "ci.yml": (held / "ci.yml").read_text(encoding="utf-8"),
    }


def _row(form: Form, asked: Question) -> dict[str, Json]:
    """The question as a row; `right` is an example of a right response, which no reward sees."""
    turns: list[Json] = [{"role": "user", "content": asked.text}]
    answer: dict[Form, dict[str, Json]] = {
        "trl": {"prompt": turns, "answer": asked.answer},
        "verifiers": {"prompt": turns, "answer": asked.answer},
        "verl": {
            "data_source": "crates",
            "prompt": turns,
            "reward_model": {"style": "rule", "ground_truth": asked.answer},
            "extra_info": {"split": "train"},
        },
        "messages": {"messages": turns, "reference_answer": asked.answer},
    }
    return {"id": asked.id, **answer[form], "right": asked.right}


def _lines(rows: Iterable[dict[str, Json]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
