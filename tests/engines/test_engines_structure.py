"""Responses held to choices or to a schema, and the odds of their first token, with the real engines."""

from __future__ import annotations

import json
import math
from collections import Counter

import pytest

from rewardlab.engines.structure import choice_of, choice_schema, likeliest, spell
from rewardlab.engines.transformers import open_engine
from rewardlab.errors import EngineError
from rewardlab.task import Request, Sampling

CHOICES = ("yes", "no", "maybe")
CHOOSING = Sampling(max_tokens=16, choices=CHOICES, logprobs=5)
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"enum": ["good", "bad"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def transformers_engine(arithmetic):
    engine = open_engine(str(arithmetic / "models" / "inside"), {"device": "cpu"})
    yield engine
    engine.close()


@pytest.fixture(params=["vllm_engine", "transformers_engine"])
def engine(request):
    return request.getfixturevalue(request.param)


def asked(prompts, *indexes):
    return [Request(prompt, indexes) for prompt in prompts]


def drawn(engine, prompts, sampling, *indexes):
    found = engine.generate(asked(prompts, *indexes or (0,)), sampling)
    return sorted(found, key=lambda one: (one.prompt_id, one.index))


@pytest.mark.engine
def test_every_response_is_one_of_the_choices_and_all_of_them_occur(engine, arithmetic_prompts):
    found = drawn(engine, arithmetic_prompts[:40], CHOOSING, 0, 1)
    assert len(found) == 80
    assert {one.text for one in found} == set(CHOICES)
    assert {one.finish_reason for one in found} == {"stop"}


@pytest.mark.engine
def test_choices_are_drawn_as_often_as_their_first_tokens_are_likely(engine, arithmetic_prompts):
    found = drawn(engine, arithmetic_prompts[:1], CHOOSING, *range(240))
    odds = {text: math.exp(value) for text, value in found[0].first_logprobs}
    assert set(odds) == {"y", "n", "m"}
    assert sum(odds.values()) == pytest.approx(1, abs=1e-3)
    counts = Counter(one.text[0] for one in found)
    for text, share in odds.items():  # four standard errors of 240 draws
        assert abs(counts[text] / 240 - share) < 4 * math.sqrt(share * (1 - share) / 240)


@pytest.mark.engine
def test_at_temperature_zero_the_likeliest_first_token_is_taken(engine, arithmetic_prompts):
    greedy = Sampling(temperature=0.0, max_tokens=16, choices=CHOICES, logprobs=3)
    for one in drawn(engine, arithmetic_prompts[:10], greedy):
        assert one.text[0] == one.first_logprobs[0][0]


@pytest.mark.engine
def test_the_engines_give_the_same_odds(vllm_engine, transformers_engine, arithmetic_prompts):
    for sampling in (CHOOSING, Sampling(max_tokens=16, logprobs=5)):
        both = [drawn(engine, arithmetic_prompts[:10], sampling) for engine in (vllm_engine, transformers_engine)]
        for one, other in zip(*both, strict=True):
            odds = {text: math.exp(value) for text, value in one.first_logprobs}
            expected = {text: math.exp(value) for text, value in other.first_logprobs}
            for text in odds.keys() & expected.keys():  # in bfloat16 the fifth and the sixth may change places
                assert odds[text] == pytest.approx(expected[text], abs=0.03)


@pytest.mark.engine
def test_the_odds_are_those_of_the_model_asked_directly(transformers_engine, arithmetic_prompts):
    import torch

    network, tokenizer = transformers_engine._network, transformers_engine._tokenizer
    (one,) = drawn(transformers_engine, arithmetic_prompts[:1], Sampling(max_tokens=16, logprobs=3))
    text = tokenizer.apply_chat_template(
        list(arithmetic_prompts[0].messages), tokenize=False, add_generation_prompt=True
    )
    with torch.inference_mode():
        logits = network(torch.tensor([tokenizer.encode(text, add_special_tokens=False)])).logits[0, -1]
    values = logits.float().log_softmax(-1)
    for token, value in one.first_logprobs:
        assert value == pytest.approx(float(values[tokenizer.convert_tokens_to_ids(token)]), abs=1e-3)


@pytest.mark.engine
def test_odds_of_free_text_are_of_the_whole_vocabulary(engine, arithmetic_prompts):
    (one,) = drawn(engine, arithmetic_prompts[:1], Sampling(max_tokens=16, logprobs=20))
    assert len(one.first_logprobs) == 20
    values = [value for _, value in one.first_logprobs]
    assert values == sorted(values, reverse=True)
    assert 0.9 < sum(map(math.exp, values)) <= 1.001


@pytest.mark.engine
def test_odds_not_asked_for_are_not_given(engine, arithmetic_prompts):
    (one,) = drawn(engine, arithmetic_prompts[:1], Sampling(max_tokens=16, choices=CHOICES))
    assert one.first_logprobs == ()


@pytest.mark.engine
def test_a_choice_that_the_vocabulary_cannot_write_is_refused(engine, arithmetic_prompts):
    with pytest.raises(EngineError, match="the model cannot write the choice '☃'"):
        drawn(engine, arithmetic_prompts[:1], Sampling(choices=("yes", "☃")))


@pytest.mark.engine
def test_a_choice_may_begin_as_another_does(engine, arithmetic_prompts):
    found = drawn(engine, arithmetic_prompts[:40], Sampling(max_tokens=16, choices=("1", "10")))
    assert {one.text for one in found} == {"1", "10"}


@pytest.mark.engine
def test_vllm_holds_a_response_to_a_schema(vllm_engine, arithmetic_prompts):
    found = drawn(vllm_engine, arithmetic_prompts[:10], Sampling(max_tokens=50, schema=SCHEMA))
    whole = [json.loads(one.text) for one in found if one.finish_reason == "stop"]
    assert len(whole) >= 5
    assert {one["verdict"] for one in whole} == {"good", "bad"}


@pytest.mark.engine
def test_vllm_tells_of_a_schema_that_it_cannot_keep_to_and_stays_usable(vllm_engine, arithmetic_prompts):
    with pytest.raises(EngineError, match=r"vLLM cannot keep to the schema \(.*nonsense"):
        drawn(vllm_engine, arithmetic_prompts[:2], Sampling(schema={"type": "nonsense"}))
    assert len(drawn(vllm_engine, arithmetic_prompts[:2], Sampling(max_tokens=16))) == 2


@pytest.mark.engine
def test_a_choice_leaves_the_free_text_of_the_same_seed_as_it_was(vllm_engine, arithmetic_prompts):
    free = Sampling(max_tokens=16)
    before = drawn(vllm_engine, arithmetic_prompts[:10], free)
    drawn(vllm_engine, arithmetic_prompts[:10], CHOOSING)
    assert drawn(vllm_engine, arithmetic_prompts[:10], free) == before


@pytest.mark.engine
def test_transformers_writes_free_text_instead_of_a_schema_and_says_so(transformers_engine, arithmetic_prompts):
    free = drawn(transformers_engine, arithmetic_prompts[:5], Sampling(max_tokens=16))
    assert drawn(transformers_engine, arithmetic_prompts[:5], Sampling(max_tokens=16, schema=SCHEMA)) == free
    assert "holds no response to a schema" in transformers_engine.notices[-1]


def test_the_likeliest_come_first_and_the_impossible_are_left_out():
    pairs = [("a", -2.0), ("b", -1.0), ("c", -math.inf), ("d", -9999.0), ("e", math.nan), ("f", -3.0)]
    assert likeliest(pairs, 2) == (("b", -1.0), ("a", -2.0))
    assert likeliest(pairs, 9) == (("b", -1.0), ("a", -2.0), ("f", -3.0))


def test_a_choice_is_taken_out_of_its_object():
    assert choice_of('{"answer": "yes"}') == "yes"


@pytest.mark.parametrize("text", ["yes", "", "[1]", '{"answer": 3}', '{"other": "yes"}', '{"answer": "ye', "null"])
def test_what_is_no_such_object_stays_as_it_is(text):
    assert choice_of(text) == text


def test_the_schema_of_choices_has_one_field():
    assert choice_schema(["a", "b"])["properties"] == {"answer": {"type": "string", "enum": ["a", "b"]}}


def test_an_empty_choice_cannot_be_spelt(arithmetic):
    class Letters:
        def encode(self, text, **_):
            return [ord(letter) for letter in text]

        def decode(self, ids, **_):
            return "".join(map(chr, ids))

    assert spell(Letters(), ("ab",), model="m") == [[97, 98]]
    with pytest.raises(EngineError, match="cannot write the choice ''"):
        spell(Letters(), ("",), model="m")
