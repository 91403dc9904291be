"""One reward audited: its task is written down, rewardlab's command line is run, and the report read."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.real_rewards.catalogue import Real
from bench.real_rewards.environments import FOLDER, TRAINERS
from bench.real_rewards.gym import gym_questions
from bench.real_rewards.questions import Question, questions

GENERATIONS = 8
ADAPTERS = Path(__file__).parent / "adapters"
#: Texts in the format asked for, where the reward reads the answer; where it does not, this differs between prompts.
IN_FORM = 0.92
SECONDS = 900
UNSURE = "I am not sure how to go on from there."


@dataclass(frozen=True, slots=True)
class Trial:
    """What rewardlab said of one reward, and the accuracy that is true; `report` is None where it gave none."""

    real: Real
    truth: float
    exit_code: int
    report: dict[str, Any] | None
    said: str

    @property
    def verdict(self) -> str:
        return "none" if self.report is None else str(self.report["verdict"])

    @property
    def accuracy(self) -> float | None:
        found = None if self.report is None else self.report["baseline"]["accuracy"]["estimate"]
        return None if found is None else float(found)

    def codes(self, severity: str) -> tuple[str, ...]:
        """The findings of this severity."""
        found = [] if self.report is None else self.report["findings"]
        return tuple(sorted({one["code"] for one in found if one["severity"] == severity}))


def attempt(real: Real, seed: int) -> Trial:
    """Audit one reward on generations drawn with this seed."""
    home = _home(real)
    home.mkdir(parents=True, exist_ok=True)
    rng = Random(f"{seed} {real.package} {real.name}")  # noqa: S311 - seeded draws, nothing secret
    truth = write_task(real, home, rng)
    (home / "reward.py").write_text((ADAPTERS / f"{real.adapter}.py").read_text(encoding="utf-8"), encoding="utf-8")
    command = [str(real.environment.rewardlab), "audit", "reward.py", "prompts.jsonl", "--format", "json", "--quiet"]
    # Packages that bring torch along need more memory than the smallest Lambda has.
    command += ["--model", "recorded:generations.jsonl", "--reward-memory", "4096", *real.arguments]
    subprocess.run(["rm", "-rf", str(home / "run")], check=True)  # noqa: S603, S607 - our own folder
    command += [f"--reward-env={name}" for name in real.environment.variables]
    ended = subprocess.run(  # noqa: S603 - rewardlab itself
        [*command, "--out", "run"],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, **real.environment.variables},
    )
    try:
        report = json.loads(ended.stdout)
    except ValueError:
        report = None
    said = ended.stderr.strip()[-2000:]
    kept = {"seed": seed, "truth": truth, "exit_code": ended.returncode, "report": report, "said": said}
    (home / "trial.json").write_text(json.dumps(kept), encoding="utf-8")
    return Trial(real, truth, ended.returncode, report, said)


def kept_trial(real: Real, seed: int) -> Trial | None:
    """The trial of an earlier run with this seed; None where there is none."""
    file = _home(real) / "trial.json"
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if kept.get("seed") != seed:
        return None
    return Trial(real, kept["truth"], kept["exit_code"], kept["report"], kept["said"])


def _home(real: Real) -> Path:
    return FOLDER / "trials" / f"{real.package}-{real.name}".replace("/", "-").replace(" ", "_")


def write_task(real: Real, home: Path, rng: Random) -> float:
    """Write prompts.jsonl, generations.jsonl and labels.csv (which the audit does not see); gives the true accuracy."""
    made = gym_questions(TRAINERS, real.task, rng) if isinstance(real.task, str) else questions(real.task, rng)
    prompts, generations, labels, vocabulary = [], [], [], dict[str, int]()
    for number, question in enumerate(made):
        identifier = f"q{number}"
        prompts.append({"id": identifier, **real.rows(question, real.shape.asks)})
        for index, (text, is_right) in enumerate(_texts(real, question, rng)):
            told = {"token_ids": _tokens(text, vocabulary)} if real.tokens else {}
            generations.append({"prompt_id": identifier, "index": index, "text": text, "finish_reason": "stop", **told})
            labels.append((identifier, index, int(is_right)))
    _write_lines(home / "prompts.jsonl", prompts)
    _write_lines(home / "generations.jsonl", generations)
    with (home / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("prompt_id", "index", "label"), *labels])
    return sum(label for *_, label in labels) / len(labels)


def _texts(real: Real, question: Question, rng: Random) -> list[tuple[str, bool]]:
    """Each prompt's generations: right as often as the prompt is easy; some not in the format, and so wrong."""
    ease = rng.betavariate(3 * real.ability, 3 * (1 - real.ability))
    in_form = IN_FORM if real.reads != "form" else rng.betavariate(1.5, 1.5)
    texts = []
    for _ in range(GENERATIONS):
        is_right = rng.random() < ease
        answer = rng.choice((question.answer, *question.also) if is_right else question.wrong)
        if rng.random() < in_form:
            texts.append((real.shape.write(answer, rng), is_right))
        else:
            # The lead of the same shape, without tags and without an answer.
            texts.append((f"It begins with {rng.randint(100, 200)}. " * rng.randint(1, 4) + UNSURE, False))
    return texts


def _tokens(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Token ids: each word and each run of other signs is a token, and 0 ends the text."""
    return [*(vocabulary.setdefault(one, len(vocabulary) + 1) for one in re.findall(r"\w+|\W+", text)), 0]


def _write_lines(file: Path, rows: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
