"""vLLM, for real: every generation once, as soon as it is there, and the same again from the same seed."""

from __future__ import annotations

import pytest

from rewardlab.engines.vllm import open_engine
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Prompt, Request, Sampling

pytestmark = pytest.mark.engine

SHORT = Sampling(max_tokens=16)


def asked(prompts, *indexes):
    return [Request(prompt, indexes) for prompt in prompts]


def texts(engine, requests, sampling=SHORT):
    return {(g.prompt_id, g.index): g.text for g in engine.generate(requests, sampling)}


def busy(engine):
    return engine.llm.llm_engine.has_unfinished_requests()


def long_prompt(length):
    return Prompt("long", ({"role": "user", "content": "1" * length},), None, {}, 9)


def test_every_generation_asked_for_comes_exactly_once(vllm_engine, arithmetic_prompts):
    generations = list(vllm_engine.generate(asked(arithmetic_prompts, 0, 1), SHORT))
    keys = [(g.prompt_id, g.index) for g in generations]
    assert sorted(keys) == [(p.id, index) for p in arithmetic_prompts for index in (0, 1)]


def test_the_first_comes_while_others_are_still_being_sampled(vllm_engine, arithmetic_prompts):
    stream = vllm_engine.generate(asked(arithmetic_prompts, 0), SHORT)
    next(stream)
    assert busy(vllm_engine)
    assert len(list(stream)) == 199
    assert not busy(vllm_engine)


def test_the_same_seed_gives_the_same_text(vllm_engine, arithmetic_prompts):
    requests = asked(arithmetic_prompts[:40], 0, 1)
    assert texts(vllm_engine, requests) == texts(vllm_engine, requests)


def test_another_seed_gives_other_text(vllm_engine, arithmetic_prompts):
    requests = asked(arithmetic_prompts[:40], 0, 1)
    assert texts(vllm_engine, requests) != texts(vllm_engine, requests, Sampling(max_tokens=16, seed=1))


def test_the_generations_of_a_prompt_differ(vllm_engine, arithmetic_prompts):
    drawn = texts(vllm_engine, asked(arithmetic_prompts[:40], 0, 1))
    assert any(drawn[p.id, 0] != drawn[p.id, 1] for p in arithmetic_prompts[:40])


def test_a_resumed_run_draws_what_it_would_have_drawn_in_one_go(vllm_engine, arithmetic_prompts):
    prompts = arithmetic_prompts[:40]
    whole = texts(vllm_engine, asked(prompts, 0, 1, 2, 3, 4))
    first = texts(vllm_engine, asked(prompts, 1, 2))
    assert first | texts(vllm_engine, asked(prompts, 0, 3, 4)) == whole


def test_temperature_zero_takes_the_likeliest_text_every_time(vllm_engine, arithmetic_prompts):
    drawn = texts(vllm_engine, asked(arithmetic_prompts[:40], 0, 1), Sampling(temperature=0.0, max_tokens=16))
    assert len(drawn) == 80
    assert all(drawn[p.id, 0] == drawn[p.id, 1] for p in arithmetic_prompts[:40])


def test_a_finished_answer_stops_and_its_tokens_are_counted(vllm_engine, arithmetic_prompts):
    for generation in vllm_engine.generate(asked(arithmetic_prompts[:40], 0), SHORT):
        assert generation.finish_reason == "stop"
        assert generation.prompt_tokens == 8
        assert generation.completion_tokens == len(generation.text) + 1  # a token a digit, and the end


def test_an_answer_cut_off_at_the_limit_is_told_apart(vllm_engine, arithmetic_prompts):
    for generation in vllm_engine.generate(asked(arithmetic_prompts[:40], 0), Sampling(max_tokens=1)):
        assert (generation.finish_reason, generation.completion_tokens) == ("length", 1)


def test_a_prompt_longer_than_the_window_stops_the_run_before_anything_is_sampled(vllm_engine, arithmetic_prompts):
    requests = asked([*arithmetic_prompts[:3], long_prompt(100)], 0)
    with pytest.raises(EngineError, match=r"prompt 'long' \(line 9\): 103 tokens; expected fewer than"):
        next(vllm_engine.generate(requests, SHORT))
    assert not busy(vllm_engine)


def test_a_window_that_cuts_a_response_is_noticed_and_holds(vllm_engine):
    (generation,) = vllm_engine.generate(asked([long_prompt(60)], 0), SHORT)
    assert generation.prompt_tokens + generation.completion_tokens <= 64
    assert "window of 64 tokens leaves 1 of 1 prompts less room" in vllm_engine.notices[-1]


def test_a_stream_that_is_closed_midway_leaves_the_engine_usable(vllm_engine, arithmetic_prompts):
    stream = vllm_engine.generate(asked(arithmetic_prompts, 0, 1, 5), SHORT)
    next(stream)
    stream.close()
    assert not busy(vllm_engine)
    assert len(texts(vllm_engine, asked(arithmetic_prompts[:5], 0))) == 5


def test_the_inside_model_is_right_about_half_of_the_time(vllm_engine, arithmetic_prompts):
    drawn = texts(vllm_engine, asked(arithmetic_prompts, 0, 1))
    right = sum(drawn[p.id, index] == p.reference for p in arithmetic_prompts for index in (0, 1))
    assert 0.3 < right / 400 < 0.65


def test_the_versions_name_what_the_text_depends_on(vllm_engine):
    assert set(vllm_engine.versions) == {"vllm", "torch", "device", "runner"}


def test_an_option_vllm_does_not_have_is_refused(vllm_engine, arithmetic):
    with pytest.raises(UsageError, match="the vllm engine has no option 'tensor_paralel_size'"):
        open_engine(str(arithmetic / "models" / "inside"), {"tensor_paralel_size": 2})


def test_a_folder_that_is_no_model_is_refused(vllm_engine, tmp_path):
    with pytest.raises(EngineError, match=r"no config\.json"):
        open_engine(str(tmp_path), {})


def test_weights_that_are_damaged_are_one_error(vllm_engine, arithmetic, tmp_path):
    for file in (arithmetic / "models" / "inside").iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[:1000] if file.suffix == ".safetensors" else file.read_bytes()
        )
    with pytest.raises(EngineError, match=r"the model could not be run"):
        open_engine(str(tmp_path), {})


def test_the_tokens_drawn_are_kept_where_they_are_asked_for(vllm_engine, arithmetic_prompts):
    asking = Sampling(max_tokens=16, token_ids=True)
    drawn = list(vllm_engine.generate(asked(arithmetic_prompts[:5], 0, 1), asking))
    tokenizer = vllm_engine.llm.get_tokenizer()
    assert [tokenizer.decode(one.token_ids, skip_special_tokens=True) for one in drawn] == [one.text for one in drawn]
    assert {one.token_ids[-1] for one in drawn if one.finish_reason == "stop"} == {tokenizer.eos_token_id}
    assert [len(one.token_ids) for one in drawn] == [one.completion_tokens for one in drawn]
    (without,) = vllm_engine.generate(asked(arithmetic_prompts[:1], 0), SHORT)
    assert without.token_ids is None
    assert without.text == next(one.text for one in drawn if (one.prompt_id, one.index) == (without.prompt_id, 0))
