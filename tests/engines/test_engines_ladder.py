"""How a server is asked for choices, a schema and log-probabilities, and what is made of its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.engines.ladder import Rung, odds_of
from rewardlab.engines.openai import open_engine
from rewardlab.task import Prompt, Request, Sampling
from tests.engines.server import completion, refuse, serving

CHOOSING = Sampling(max_tokens=40, choices=("yes", "no"), logprobs=2)
SCHEMA = {"type": "object", "properties": {"v": {"enum": ["a", "b"]}}, "required": ["v"], "additionalProperties": False}


def asked(prompts, *indexes):
    return [Request(prompt, indexes) for prompt in prompts]


def engine_at(url, **options):
    return open_engine("inside", {"base_url": url, **options}, environment={})


def texts(engine, requests, sampling=CHOOSING):
    return {(g.prompt_id, g.index): g.text for g in engine.generate(requests, sampling)}


A, B = (Prompt(name, ({"role": "user", "content": "12+30"},), None, {}, 3) for name in "ab")


def structured(body):
    """Which field of a request asks for structure."""
    return [name for name in ("structured_outputs", "guided_choice", "response_format") if name in body]


def listing(server_of):
    """The models that a server lists, of this owner."""
    return {"data": [{"id": "inside", "owned_by": server_of}]}


def odds(*tokens, top=(("yes", -0.1), ("no", -2.4))):
    alternatives = [{"token": text, "logprob": value} for text, value in top]
    return {"content": [{"token": token, "top_logprobs": alternatives} for token in tokens]}


def chosen(text, logprobs=None):
    choice = {"index": 0, "message": {"content": text}, "finish_reason": "stop", "logprobs": logprobs}
    return 200, {"choices": [choice]}, {}


def test_a_server_of_another_kind_is_asked_for_json_out_of_which_the_choice_is_taken():
    answer = chosen('{"answer": "no"}', odds("yes"))
    answer[1]["choices"][0]["logprobs"]["content"] = [
        *odds('{"', "answer", '": "', top=[("x", 0.0)])["content"],
        *odds("no", '"}')["content"],
    ]
    with serving(lambda body, n: answer) as server:
        engine = engine_at(server.url)
        (generation,) = engine.generate(asked([A], 0), CHOOSING)
    assert (generation.text, generation.first_logprobs) == ("no", (("yes", -0.1), ("no", -2.4)))
    (body,) = server.bodies
    assert (structured(body), body["logprobs"], body["top_logprobs"]) == (["response_format"], True, 2)
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["answer"]["enum"] == ["yes", "no"]
    assert engine.notices == ()


def test_a_bare_choice_has_the_odds_of_the_first_token():
    with serving(lambda body, n: chosen("no", odds("no")), models=listing("vllm")) as server:
        (generation,) = engine_at(server.url).generate(asked([A], 0), CHOOSING)
    assert (generation.text, generation.first_logprobs) == ("no", (("yes", -0.1), ("no", -2.4)))


def test_odds_are_unknown_where_one_token_holds_the_choice_and_what_precedes_it():
    with serving(lambda body, n: chosen('{"answer":"no"}', odds("{", '"answer":"no', '"}'))) as server:
        (generation,) = engine_at(server.url).generate(asked([A], 0), CHOOSING)
    assert (generation.text, generation.first_logprobs) == ("no", ())


@pytest.mark.parametrize(
    ("serves", "refuses", "asked_for"),
    [
        ("vllm", {"structured_outputs"}, ["structured_outputs", "guided_choice"]),
        ("vllm", {"structured_outputs", "guided_choice"}, ["structured_outputs", "guided_choice", "response_format"]),
        ("openai", set(), ["response_format"]),
    ],
)
def test_what_a_server_refuses_is_asked_in_the_next_way(serves, refuses, asked_for):
    def behave(body, _):
        name = next(iter(structured(body)))
        return refuse(400, f"{name} is not supported") if name in refuses else chosen("no")

    with serving(behave, models=listing(serves)) as server:
        engine = engine_at(server.url, concurrency=1)
        assert texts(engine, asked([A, B], 0), CHOOSING) == {("a", 0): "no", ("b", 0): "no"}
    asked_in = [name for body in server.bodies for name in structured(body)]
    assert asked_in == [*asked_for, asked_for[-1]]  # learnt once
    assert engine.notices == ()


@pytest.mark.parametrize("wanted", [CHOOSING, replace(CHOOSING, choices=(), schema=SCHEMA)])
def test_a_server_that_refuses_every_structure_gives_free_text_and_that_is_noticed(wanted):
    def behave(body, _):
        return refuse(400, "response_format: unknown") if structured(body) else chosen("well, no")

    with serving(behave) as server:
        engine = engine_at(server.url)
        assert texts(engine, asked([A], 0), wanted) == {("a", 0): "well, no"}
    assert engine.notices == ("the server keeps to no choices and no schema: responses are free text",)


def test_an_old_vllm_that_lets_the_choices_pass_unread_is_asked_in_its_own_way():
    def behave(body, _):
        return chosen("no" if "guided_choice" in body else "well, no")

    with serving(behave, models=listing("vllm")) as server:
        engine = engine_at(server.url)
        assert texts(engine, asked([A], 0), CHOOSING) == {("a", 0): "no"}
    assert [structured(body) for body in server.bodies] == [["structured_outputs"], ["guided_choice"]]


def test_a_choice_that_was_cut_off_is_not_taken_for_disobedience():
    cut = {"message": {"content": '{"answer": "ye'}, "finish_reason": "length"}
    with serving(lambda body, n: (200, {"choices": [cut]}, {})) as server:
        (generation,) = engine_at(server.url).generate(asked([A], 0), CHOOSING)
    assert (generation.finish_reason, len(server.bodies)) == ("length", 1)


def test_a_server_without_log_probabilities_is_asked_without_and_that_is_noticed():
    def behave(body, _):
        return refuse(400, "logprobs are not supported with this model") if "logprobs" in body else chosen("no")

    with serving(behave) as server:
        engine = engine_at(server.url)
        (generation,) = engine.generate(asked([A], 0), CHOOSING)
    assert (generation.text, generation.first_logprobs) == ("no", ())
    assert "top_logprobs" not in server.bodies[-1]
    assert engine.notices == ("the server gives no log-probabilities: how likely a first token was stays unknown",)


def test_more_log_probabilities_than_servers_give_are_not_asked_for():
    with serving(lambda body, n: chosen("no")) as server:
        texts(engine_at(server.url), asked([A], 0), replace(CHOOSING, logprobs=50))
    assert server.bodies[0]["top_logprobs"] == 20


@pytest.mark.parametrize("logprobs", [None, [], {}, {"content": None}, {"content": [3]}, {"content": [{}]}])
def test_log_probabilities_that_cannot_be_read_are_unknown(logprobs):
    with serving(lambda body, n: chosen("no", logprobs)) as server:
        (generation,) = engine_at(server.url).generate(asked([A], 0), Sampling(logprobs=3))
    assert generation.first_logprobs == ()


def test_free_text_asks_for_none_of_it():
    with serving(lambda body, n: completion(body)) as server:
        texts(engine_at(server.url), asked([A], 0), Sampling())
    neutral = {"top_p", "presence_penalty", "frequency_penalty"}
    assert set(server.bodies[0]) == {"model", "messages", "temperature", "seed", "max_tokens"} | neutral


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["content", "token", "logprob", "top_logprobs", "x"]), inner)
    ),
    max_leaves=15,
)


@given(JSON, st.booleans(), st.integers(1, 3))
def test_whatever_a_server_says_of_log_probabilities_is_read_as_pairs_or_as_nothing(logprobs, wrapped, count):
    found = odds_of(Rung("any", wrapped=wrapped), logprobs, count)
    assert len(found) <= count
    assert all(isinstance(text, str) and value < 1 for text, value in found)
