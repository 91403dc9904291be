"""Asking a model: an engine that answers by rule shows what is sampled, and how what it cannot take is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rewardlab.errors import EngineError, TooLongError
from rewardlab.judging.asking import Ask, ModelJudge, put
from rewardlab.judging.definition import load_judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.judgments import Judgment
from rewardlab.task import Generation, Prompt

DEFINITION = 'kind = "boolean"\nlabels = ["no", "yes"]\nmodel = "vllm:m"\n'


class Rule:
    """An engine that says yes to what holds its own reference between the marks, and refuses what is too long."""

    def __init__(self, window=1000, answers=10**6):
        self.asked, self.window, self.answers = [], window, answers

    def generate(self, requests, sampling):
        texts = {request.prompt.id: request.prompt.messages[-1]["content"] for request in requests}
        for request in requests:
            if len(texts[request.prompt.id]) > self.window:
                raise TooLongError("too long", where=f"prompt {request.prompt.id!r} (line 1)")
        for request in requests:
            for index in request.indexes:
                if len(self.asked) == self.answers:
                    raise EngineError("the device is gone")
                self.asked.append((request.prompt.id, index, sampling.choices))
                reference = texts[request.prompt.id].split("\n")[0]
                said = "yes" if f">\n{reference}\n<" in texts[request.prompt.id] else "no"
                yield Generation(request.prompt.id, index, said, "stop", 10, 1)

    def close(self):
        pass


@pytest.fixture
def judge(tmp_path):
    (tmp_path / "j.toml").write_text(DEFINITION)
    (tmp_path / "j.txt").write_text("{reference}\n{response}\n{answer}")
    return load_judge(str(tmp_path / "j.toml"))


def prompt(name, reference="42"):
    return Prompt(name, ({"role": "user", "content": "?"},), reference, {"id": name}, 1)


def asks_of(*responses, name="p", reference="42"):
    return [Ask(Exhibit(prompt(name, reference), text), name, index) for index, text in enumerate(responses)]


def ask_all(judge, engine, asks, held=None):
    held = {} if held is None else held
    expected, answers = put(ModelJudge(judge, lambda: engine), asks, held)
    judgments = [judgment for group in answers for judgment in group]
    assert len(judgments) == expected
    return {judgment.place: judgment for judgment in judgments}


def values(judgments):
    return [judgment.value for judgment in judgments.values()]


def test_verdicts_are_read_and_choices_are_asked_for(judge):
    engine = Rule()
    found = ask_all(judge, engine, asks_of("42", "41"))
    assert values(found) == [1.0, 0.0]
    assert [one.text for one in found.values()] == ["yes", "no"]
    assert engine.asked[0][2] == ("no", "yes")


def test_questions_that_read_the_same_are_asked_once_whatever_prompt_they_are_of(judge):
    engine = Rule()
    found = ask_all(judge, engine, [*asks_of("42", "42", "41"), *asks_of("42", name="q")])
    assert len(engine.asked) == 2
    assert found["q", 0, None, "", 0].value == 1.0
    assert sum(one.prompt_tokens or 0 for one in found.values()) == 20
    assert sum(one.seconds is None for one in found.values()) == 2


def test_the_same_question_at_another_time_is_asked_again_with_another_index(judge):
    engine = Rule()
    (ask,) = asks_of("42")
    ask_all(judge, engine, [ask, replace(ask, time=1), replace(ask, time=2)])
    assert len({name for name, _, _ in engine.asked}) == 1
    assert sorted(index for _, index, _ in engine.asked) == [0, 1, 2]


def test_what_is_held_is_not_asked_nor_what_reads_like_it(judge):
    engine, asks = Rule(), asks_of("42", "42", "41")
    held = ask_all(judge, engine, asks[:1])
    found = ask_all(judge, engine, asks, dict(held))
    assert len(engine.asked) == 2
    assert list(found) == [asks[1].place, asks[2].place]
    assert found[asks[1].place] == held[asks[0].place].taken_over(asks[1].place)


def test_a_judge_that_is_asked_nothing_is_not_loaded(judge):
    def load():
        raise AssertionError("the engine was loaded")

    asks = asks_of("42")
    expected, answers = put(ModelJudge(judge, load), asks, ask_all(judge, Rule(), asks))
    assert (expected, list(answers)) == (0, [])


def test_a_missing_reference_is_told_and_costs_the_others_nothing(judge):
    asks = [*asks_of("42"), *asks_of("42", name="q", reference=None)]
    found = ask_all(judge, Rule(), asks)
    assert found[asks[0].place].value == 1.0
    expected = Judgment.not_asked(asks[1].place, "missing", "the prompt has no reference answer")
    assert found[asks[1].place] == expected


def test_what_is_too_long_for_the_model_is_told_and_the_others_are_asked(judge):
    asks = asks_of("42", "4" * 2000, "41", "4" * 2000, "5" * 3000)
    found = ask_all(judge, Rule(), asks)
    assert [found[ask.place].value for ask in asks] == [1.0, None, 0.0, None, None]
    assert [found[ask.place].reason for ask in asks] == [None, "too_long", None, "too_long", "too_long"]
    assert found[asks[1].place].seconds is None


def test_one_too_long_in_the_middle_of_the_answers_asks_nothing_twice(judge):
    """As a server does, which finds out when it comes to it."""

    class Late(Rule):
        def generate(self, requests, sampling):
            for request in requests:
                yield from super().generate([request], sampling)

    engine, asks = Late(), asks_of("42", "41", "4" * 2000, "40")
    found = ask_all(judge, engine, [*asks, *(replace(ask, time=1) for ask in asks)])
    assert [found[ask.place].value for ask in asks] == [1.0, 0.0, None, 0.0]
    assert len(engine.asked) == len(set(engine.asked)) == 6


def test_many_that_are_too_long_are_looked_at_once_each(judge):
    class Counting(Rule):
        looks = 0

        def generate(self, requests, sampling):
            for request in requests:
                self.looks += 1
                if len(request.prompt.messages[-1]["content"]) > self.window:
                    raise TooLongError("too long", where=f"prompt {request.prompt.id!r} (line 1)")
            yield from super().generate(requests, sampling)

    engine = Counting()
    texts = [str(number) * (1 if number % 2 else 500) for number in range(100, 300)]
    ask_all(judge, engine, asks_of(*texts))
    assert len(engine.asked) == 100
    assert engine.looks <= 200 + 100


def test_a_failure_of_the_engine_passes_and_what_came_before_it_stays(judge):
    held, asks, engine = {}, asks_of("42", "41", "40"), Rule(answers=2)
    _, answers = put(ModelJudge(judge, lambda: engine), asks, held)
    with pytest.raises(EngineError, match="the device is gone"):
        list(answers)
    assert list(held) == [asks[0].place, asks[1].place]
    engine.answers = 10
    assert list(ask_all(judge, engine, asks, held)) == [asks[2].place]
