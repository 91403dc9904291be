"""reasoning-gym's own tasks: made by the package in its environment, with wrong answers of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random

from bench.real_rewards.environments import Environment, run
from bench.real_rewards.questions import PROMPTS, Question

#: Run by the environment's Python: so many entries of a task, as JSON.
MAKE = """
import json, sys
import reasoning_gym
made = reasoning_gym.create_dataset(sys.argv[1], size=int(sys.argv[2]), seed=int(sys.argv[3]))
print(json.dumps([dict(one) for one in made], default=str))
"""


def gym_questions(environment: Environment, name: str, rng: Random) -> list[Question]:
    """Questions of the task, each entry once; wrong answers are slips and other entries' answers."""
    printed = run(environment, "-W", "ignore", "-c", MAKE, name, str(2 * PROMPTS), str(rng.randint(1, 10**6)))
    entries = list({one["question"]: one for one in json.loads(printed.splitlines()[-1])}.values())[:PROMPTS]
    answers = [str(one["answer"]) for one in entries]
    return [
        Question(
            entry["question"],
            answer,
            _wrong(name, answer, answers, rng),
            columns={"metadata": entry["metadata"]},
        )
        for entry, answer in zip(entries, answers, strict=True)
    ]


def _wrong(name: str, answer: str, answers: Sequence[str], rng: Random) -> tuple[str, ...]:
    others = [other for other in rng.sample(list(answers), min(8, len(answers))) if other != answer][:3]
    slips = SLIPS.get(name, slip_in_number)(answer, rng)
    made = [one for one in dict.fromkeys([*slips, *others]) if one != answer]
    return tuple(made) or ("I cannot tell",)


def slip_in_number(answer: str, rng: Random) -> list[str]:
    """One of the answer's numbers is off by one or two."""
    found = list(re.finditer(r"\d+", answer))
    if not found:
        return []
    one = rng.choice(found)
    return [answer[: one.start()] + str(int(one[0]) + step) + answer[one.end() :] for step in (1, 2)]


def swap_parts(separator: str) -> Callable[[str, Random], list[str]]:
    """Two neighbouring parts change places."""

    def slips(answer: str, rng: Random) -> list[str]:
        parts = answer.split(separator)
        if len(parts) < 2:
            return []
        at = rng.randrange(len(parts) - 1)
        return [separator.join([*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]])]

    return slips


def swap_letters(answer: str, rng: Random) -> list[str]:
    """Two neighbouring letters change places."""
    at = rng.randrange(max(len(answer) - 1, 1))
    return [answer[:at] + answer[at : at + 2][::-1] + answer[at + 2 :]]


def other_role(answer: str, rng: Random) -> list[str]:
    """One person of a knights-and-knaves answer takes another role of the same answer, else none is made."""
    parts = re.findall(r"(\w+) is an? (\w+)", answer)
    roles = sorted({role for _, role in parts})
    if not parts:
        return []
    at = rng.randrange(len(parts))
    changed = [
        (who, (roles[role == roles[0]] if len(roles) > 1 else "spy") if place == at else role)
        for place, (who, role) in enumerate(parts)
    ]
    return [", and ".join(f"{who} is a {role}" for who, role in changed) + "."]


SLIPS: dict[str, Callable[[str, Random], list[str]]] = {
    "word_sorting": swap_parts(", "),
    "mini_sudoku": swap_parts(" "),
    "spell_backward": swap_letters,
    "knights_knaves": other_role,
    "syllogism": lambda answer, _: ["No" if answer == "Yes" else "Yes"],
}
