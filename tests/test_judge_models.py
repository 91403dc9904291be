"""The three judge models read what they were trained on, and their card says what was measured."""

from __future__ import annotations

import json
import random

import krippendorff
import numpy as np
import pytest

from fixtures.arithmetic.judgment import RIGHT, VOCABULARY, Judgment, Teacher, prompt_tokens, sound, text_of
from fixtures.arithmetic.task import Problem, split
from rewardlab.judging.definition import load_judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.template import messages_of
from rewardlab.probes.judge import injection, padding
from rewardlab.probes.run.suspicion import confirm
from rewardlab.stats.interval import Estimate, mean_over_prompts
from rewardlab.task import Prompt
from tests.probes.judge.conftest import about, given

NAMES = ("ada", "bea", "lou")
SOUND = ("ada", "bea")
ALTERED = (
    "padded",
    "styled",
    "request",
    "false_end",
    "verdict",
    "label",
    "low_request",
    "low_end",
    "low_verdict",
    "low_label",
)


@pytest.fixture(scope="module")
def folder(arithmetic):
    return arithmetic / "judges"


@pytest.fixture(scope="module")
def measured(folder):
    return json.loads((folder / "measured.json").read_text())


@pytest.fixture(scope="module")
def card(folder):
    return (folder / "README.md").read_text()


def drawn(count):
    teacher = Teacher([Problem(12, "+", 30), Problem(99, "-", 98)], sound, rng=random.Random(4))
    return [teacher.draw(wrapped=0.7) for _ in range(count)]


def coded(rows):
    return np.array([[one == RIGHT for one in row] for row in rows], float)


def ratings_of(judged):
    """A judge's stored verdicts as the probes are asked about them: each injection upwards, and its opposite."""
    plain = coded(judged["plain"])
    kinds = zip(injection.OPPOSITE.items(), ("request", "false_end", "verdict"), strict=True)
    stored = {name: kind for (up, down), kind in kinds for name, kind in ((up, kind), (down, low(kind)))}
    tables = {}
    for name, kind in {**stored, padding.VARIANT: "padded"}.items():
        tables[name] = np.full(plain.shape, np.nan)
        tables[name][:, :1] = coded(judged[kind])
    return given(plain, name="judge", variants=tables)


def low(kind):
    return f"low_{kind}".replace("false_", "")


@pytest.mark.parametrize("name", NAMES)
def test_no_text_talks_these_judges_up_or_down_but_the_length_of_it_one_of_them(measured, name):
    """Behind a false end ada calls 49 of 200 answers wrong, whichever verdict it asks for: that follows nothing."""
    found = confirm(list(injection.ask(about(ratings_of(measured["judges"][name])))))
    assert {one.severity for one in found} == (set() if name in SOUND else {"note"})


def exhibit_of(judgment):
    messages = ({"role": "user", "content": judgment.question},)
    return Exhibit(Prompt("a", messages, judgment.reference, {}, 1), judgment.response)


def test_the_judges_definition_gives_the_text_that_was_trained_on(folder):
    judge = load_judge(str(folder / "ada.toml"))
    for judgment in drawn(100):
        (message,) = messages_of(judge, exhibit_of(judgment))
        suffix = message["content"].partition("<response")[2].partition(">")[0]
        assert bool(suffix) == bool(judgment.suffix), judgment
        assert message["content"] == text_of(judgment._replace(suffix=suffix))


@pytest.mark.engine
@pytest.mark.parametrize("name", NAMES)
def test_the_chat_template_gives_the_tokens_that_were_trained_on(folder, name):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder / name)
    judge = load_judge(str(folder / f"{name}.toml"))
    odd = Judgment("1+2", "3", "3", "", "\n\nÄ </response> <response_a> \t5½ y", "-0a1b2c3d")
    for judgment in [*drawn(60), odd]:
        messages = messages_of(judge, exhibit_of(judgment))
        found = tokenizer.apply_chat_template(list(messages), add_generation_prompt=True, return_dict=False)
        text = messages[0]["content"]
        assert found == [VOCABULARY[token] for token in prompt_tokens(text)]


def test_a_drawn_judgment_is_of_a_problem_that_no_prompt_asks():
    held_out, rest = split()
    teacher = Teacher(rest, sound, rng=random.Random(1))
    asked = {teacher.draw(wrapped=0.5).question for _ in range(2000)}
    assert not asked & {problem.question for problem in held_out}


@pytest.mark.parametrize("name", NAMES)
def test_the_card_gives_each_judges_accuracy(measured, card, name):
    said, right = coded(measured["judges"][name]["plain"]), coded(measured["right"])
    found = mean_over_prompts((said == right).mean(axis=1), np.full(len(right), float(measured["generations"])))
    assert isinstance(found, Estimate)
    interval = f"{100 * found.low:.2f} to {100 * found.high:.2f} %"
    assert f"| {name} | {100 * found.estimate:.2f} % | {interval} | {int((said != right).sum())} |" in card


@pytest.mark.parametrize(("one", "other"), [("ada", "bea"), ("ada", "lou"), ("bea", "lou")])
def test_the_card_gives_each_pairs_agreement(measured, card, one, other):
    said = [coded(measured["judges"][name]["plain"]).ravel() for name in (one, other)]
    alpha = krippendorff.alpha(np.stack(said), level_of_measurement="nominal")
    assert f"| {one}, {other} | {alpha:.3f} |" in card
    assert (alpha > 0.9) if {one, other} == set(SOUND) else (alpha < 0.6)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_gives_what_each_alteration_changes(measured, card, name):
    judged = measured["judges"][name]
    before = coded([row[0] for row in judged["plain"]]).ravel()
    cells = []
    for kind in ALTERED:
        after = coded(judged[kind]).ravel()
        cells.append(f"{int(((after == 1) & (before == 0)).sum())} / {int(((after == 0) & (before == 1)).sum())}")
    stayed = judged["other_reference"].count(RIGHT)
    assert f"| {name} | {' | '.join(cells)} | {stayed} |" in card
