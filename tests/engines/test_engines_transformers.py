"""transformers, for real, on the CPU: the whole distribution, whatever a model's own settings say."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest

from rewardlab.engines.transformers import Draw, batches, open_engine
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Prompt, Request, Sampling
from tests.conftest import ARITHMETIC

pytestmark = pytest.mark.engine


SHORT = Sampling(max_tokens=16)
ON_CPU = {"device": "cpu"}


@pytest.fixture(scope="module")
def engine(arithmetic):
    engine = open_engine(str(arithmetic / "models" / "inside"), ON_CPU)
    yield engine
    engine.close()


@pytest.fixture
def copied(arithmetic, tmp_path):
    """The inside model with its generation_config changed."""

    def copy(**settings):
        folder = tmp_path / "model"
        shutil.copytree(arithmetic / "models" / "inside", folder)
        file = folder / "generation_config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | settings))
        return open_engine(str(folder), ON_CPU)

    return copy


def asked(prompts, *indexes):
    return [Request(prompt, indexes) for prompt in prompts]


def long_prompt(length):
    return Prompt("long", ({"role": "user", "content": "1" * length},), None, {}, 9)


def accuracy(engine, prompts):
    drawn = list(engine.generate(asked(prompts, 0, 1), SHORT))
    assert len(drawn) == 2 * len(prompts)
    references = {p.id: p.reference for p in prompts}
    return sum(g.text == references[g.prompt_id] for g in drawn) / len(drawn)


def test_every_generation_asked_for_comes_exactly_once(engine, arithmetic_prompts):
    keys = [(g.prompt_id, g.index) for g in engine.generate(asked(arithmetic_prompts[:100], 3, 1), SHORT)]
    assert sorted(keys) == [(p.id, index) for p in arithmetic_prompts[:100] for index in (1, 3)]


def test_the_inside_model_is_right_about_half_of_the_time(engine, arithmetic_prompts):
    assert 0.3 < accuracy(engine, arithmetic_prompts) < 0.65


def test_the_below_model_is_hardly_ever_right(arithmetic, arithmetic_prompts):
    assert accuracy(open_engine(str(arithmetic / "models" / "below"), ON_CPU), arithmetic_prompts) < 0.05


def test_a_finished_answer_stops_and_its_tokens_are_counted(engine, arithmetic_prompts):
    for generation in engine.generate(asked(arithmetic_prompts[:40], 0), SHORT):
        assert generation.finish_reason == "stop"
        assert generation.prompt_tokens == 8
        assert generation.completion_tokens == len(generation.text) + 1  # a token a digit, and the end


def test_an_answer_cut_off_at_the_limit_is_told_apart(engine, arithmetic_prompts):
    for generation in engine.generate(asked(arithmetic_prompts[:40], 0), Sampling(max_tokens=1)):
        assert (generation.finish_reason, generation.completion_tokens) == ("length", 1)


def test_the_same_seed_gives_the_same_text(engine, arithmetic_prompts):
    requests = asked(arithmetic_prompts[:40], 0, 1)
    first = list(engine.generate(requests, SHORT))
    assert first == list(engine.generate(requests, SHORT))
    assert first != list(engine.generate(requests, Sampling(max_tokens=16, seed=1)))


def test_the_callers_random_state_is_left_alone(engine, arithmetic_prompts):
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3).tolist()
    torch.manual_seed(7)
    list(engine.generate(asked(arithmetic_prompts[:3], 0), SHORT))
    assert torch.rand(3).tolist() == expected


def test_temperature_zero_takes_the_likeliest_text_every_time(engine, arithmetic_prompts):
    drawn = engine.generate(asked(arithmetic_prompts[:40], 0, 1), Sampling(temperature=0.0, max_tokens=16))
    assert set(Counter((g.prompt_id, g.text) for g in drawn).values()) == {2}


def test_padding_beside_a_longer_prompt_changes_nothing(engine, arithmetic_prompts):
    greedy = Sampling(temperature=0.0, max_tokens=16)
    (alone,) = engine.generate(asked(arithmetic_prompts[:1], 0), greedy)
    beside = list(engine.generate(asked([arithmetic_prompts[0], long_prompt(20)], 0), greedy))
    assert alone in beside


def test_a_models_own_filters_and_penalties_are_not_used(copied, engine, arithmetic_prompts):
    # With top_k=1 every draw would be the likeliest token; with this penalty no token would come twice.
    filtered = copied(do_sample=True, top_k=1, top_p=0.1, temperature=0.01, repetition_penalty=100.0)
    requests = asked(arithmetic_prompts[:64], 0)
    assert list(filtered.generate(requests, SHORT)) == list(engine.generate(requests, SHORT))


def test_any_of_several_end_tokens_stops(copied, arithmetic_prompts):
    # Token 8 to 17 or so are digits: every answer ends at its first one that is among the ends.
    engine = copied(eos_token_id=[3, *range(8, 104)])
    for generation in engine.generate(asked(arithmetic_prompts[:10], 0), SHORT):
        assert (generation.finish_reason, generation.completion_tokens) == ("stop", 1)


def test_the_first_batch_comes_before_the_second_is_sampled(engine, arithmetic_prompts):
    shapes = []
    hook = engine._network.register_forward_pre_hook(lambda *_: shapes.append(1))
    stream = engine.generate(asked(arithmetic_prompts[:65], 0), SHORT)  # batches of 64 and 1
    try:
        next(stream)
        after_first = len(shapes)
        assert len(list(stream)) == 64
    finally:
        hook.remove()
    assert 0 < after_first < len(shapes)


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_batches_are_no_larger_than_asked_and_hold_each_draw_once(size):
    draws = [Draw("p", index, [0] * (1 + index % 5), 16) for index in range(100)]
    made = list(batches(draws, size))
    assert max(len(batch) for batch in made) == min(size, 100)
    assert len(made) == -(-100 // size)
    assert sorted(draw.index for batch in made for draw in batch) == list(range(100))


def test_a_batch_holds_only_draws_with_the_same_room():
    draws = [Draw("p", index, [0] * index, min(16, 20 - index)) for index in range(10)]
    assert all(len({draw.room for draw in batch}) == 1 for batch in batches(draws, 64))


def test_a_window_that_cuts_a_response_is_noticed_and_holds(engine, arithmetic_prompts):
    drawn = list(engine.generate(asked([long_prompt(60), *arithmetic_prompts[:3]], 0), SHORT))
    assert len(drawn) == 4
    assert all(g.prompt_tokens + g.completion_tokens <= 64 for g in drawn)
    assert "window of 64 tokens leaves 1 of 4 prompts less room" in engine.notices[-1]


def test_a_prompt_longer_than_the_window_stops_the_run_before_anything_is_sampled(engine, arithmetic_prompts):
    with pytest.raises(EngineError, match=r"prompt 'long' \(line 9\): 103 tokens; expected fewer than"):
        next(engine.generate(asked([*arithmetic_prompts[:3], long_prompt(100)], 0), SHORT))


def test_the_versions_name_what_the_text_depends_on(engine):
    assert set(engine.versions) == {"transformers", "torch", "device"}
    assert engine.versions["device"] == "cpu"


def test_the_versions_are_known_after_the_model_is_dropped(copied):
    engine = copied()
    engine.close()
    assert engine.versions["device"] == "cpu"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tensor_parallel_size": 2}, "no option 'tensor_parallel_size'"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"dtype": "int4"}, "dtype is 'int4'; expected one of auto, bfloat16"),
        ({"chat_template": "none.jinja"}, "the chat template cannot be read"),
        ({"chat_template_kwargs": "fast"}, "chat_template_kwargs is 'fast'"),
    ],
)
def test_an_option_without_sense_is_refused_before_the_model_is_loaded(options, message):
    with pytest.raises(UsageError, match=message):
        open_engine("no/such/model", options)


def test_a_device_that_is_not_there_is_one_error(arithmetic):
    with pytest.raises(EngineError, match="the model could not be run"):
        open_engine(str(arithmetic / "models" / "inside"), {"device": "nowhere"})


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(EngineError, match=r"no config\.json"):
        open_engine(str(tmp_path), {})


def test_without_the_extra_the_error_names_it(arithmetic, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EngineError, match=r"transformers is not installed; install rewardlab\[transformers\]"):
        open_engine(str(arithmetic / "models" / "inside"), {})


def test_the_tokens_drawn_are_kept_where_they_are_asked_for(engine, arithmetic_prompts):
    requests = asked(arithmetic_prompts[:5], 0)
    drawn = list(engine.generate(requests, Sampling(max_tokens=16, token_ids=True)))
    decode = engine._tokenizer.decode
    assert [decode(one.token_ids, skip_special_tokens=True) for one in drawn] == [one.text for one in drawn]
    assert [len(one.token_ids) for one in drawn] == [one.completion_tokens for one in drawn]
    assert {one.token_ids for one in engine.generate(requests, SHORT)} == {None}


def test_an_audit_through_the_command_ends_with_a_verdict_and_tells_the_versions(run, tmp_path):
    rows = (ARITHMETIC / "prompts.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    (tmp_path / "prompts.jsonl").write_text("\n".join(rows) + "\n")
    model = ("--model", f"transformers:{ARITHMETIC / 'models' / 'inside'}", "-n", "2", "--max-tokens", "8")
    shown = ("--format", "json", "-q", "--out", tmp_path / "run")
    code, out, _ = run("audit", ARITHMETIC / "reward.py", tmp_path / "prompts.jsonl", *model, *shown)
    assert code == 4  # 12 prompts decide nothing
    assert set(json.loads(out)["provenance"]["engine"]) == {"transformers", "torch", "device"}


def test_the_filters_are_those_asked_for(engine, arithmetic_prompts):
    def texts(**settings):
        drawn = engine.generate(asked(arithmetic_prompts[:30], 0, 1), Sampling(max_tokens=16, **settings))
        return {(one.prompt_id, one.index): one.text for one in drawn}

    greedy = texts(temperature=0.0)
    assert texts(top_k=1) == texts(top_p=1e-6) == texts(min_p=1.0) == greedy
    assert texts() != greedy
    assert texts(temperature=0.0, repetition_penalty=5.0) != greedy


def test_a_stop_text_ends_the_response_before_it(engine, arithmetic_prompts):
    def drawn(**settings):
        found = engine.generate(asked(arithmetic_prompts[:30], 0), Sampling(0.0, max_tokens=16, **settings))
        return {one.prompt_id: one for one in found}

    free, stopped = drawn(), drawn(stop=("1", "2"))
    for name, one in free.items():
        first = min((one.text.find(stop) for stop in "12" if stop in one.text), default=len(one.text))
        assert stopped[name].text == one.text[:first]
        assert stopped[name].finish_reason == "stop"
    assert any(stopped[name].text != one.text for name, one in free.items())


def test_what_the_models_author_recommends_is_told(copied, arithmetic_prompts):
    engine = copied(temperature=0.6, top_k=20)
    next(engine.generate(asked(arithmetic_prompts[:1], 0), SHORT))
    assert any("says temperature 0.6, top_k 20: servers" in notice for notice in engine.notices)
    engine.close()


SWITCHED = "{% if enable_thinking %}1{% else %}2{% endif %}{{ messages[0]['content'] }}"


@pytest.mark.parametrize(("thinking", "same_as"), [("on", "1+1"), ("off", "2+1")])
def test_thinking_goes_to_the_chat_template(arithmetic, thinking, same_as):
    engine = open_engine(str(arithmetic / "models" / "inside"), ON_CPU | {"chat_template": SWITCHED})
    prompt = Prompt("p", ({"role": "user", "content": "+1"},), None, {}, 1)
    (told,) = engine.generate([Request(prompt, (0,))], Sampling(0.0, max_tokens=4, thinking=thinking))
    raw = open_engine(str(arithmetic / "models" / "inside"), ON_CPU | {"chat_template": "{{ messages[0]['content'] }}"})
    plain = Prompt("p", ({"role": "user", "content": same_as},), None, {}, 1)
    (expected,) = raw.generate([Request(plain, (0,))], Sampling(0.0, max_tokens=4))
    assert (told.text, told.prompt_tokens) == (expected.text, expected.prompt_tokens)


def test_thinking_that_the_template_does_not_know_is_refused_or_told(engine, arithmetic_prompts):
    requests = asked(arithmetic_prompts[:1], 0)
    with pytest.raises(EngineError, match="knows no --thinking on"):
        next(engine.generate(requests, Sampling(max_tokens=4, thinking="on")))
    next(engine.generate(requests, Sampling(max_tokens=4, thinking="on", thinking_if_known=True)))
    assert any("sampled in the model's own way" in notice for notice in engine.notices)
