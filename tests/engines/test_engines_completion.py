"""What servers answer: thoughts, calls of tools, choices by their index, and bodies of any form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.engines import completion as told
from rewardlab.engines import told_apart
from rewardlab.engines.openai import open_engine
from rewardlab.engines.thought import COMMON
from rewardlab.errors import EngineError
from rewardlab.runs.parts import GENERATION_SCHEMA, Parts, Writer
from rewardlab.task import Prompt, Request, Sampling
from tests.engines.server import completion, serving

pytestmark = pytest.mark.process

KEEP = Sampling(max_tokens=16, reasoning="keep")
DROP = replace(KEEP, reasoning="drop")
A = Prompt("a", ({"role": "user", "content": "12+30"},), None, {}, 3)
SEED = KEEP.seed_of("a")


def engine_at(url, **options):
    return open_engine("inside", {"base_url": url, "max_retries": 0, **options}, environment={})


def answer(message, *, finish="stop", **more):
    """What a server answers whose one choice has this message."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, **more}
    return lambda body, n: (200, {"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}, {})


def drawn(behave, *indexes, sampling=KEEP, **options):
    """The generations that a server's answers become, and the engine's notices."""
    with serving(behave) as server:
        engine = engine_at(server.url, **options)
        found = list(engine.generate([Request(A, indexes or (0,))], sampling))
        return found, engine.notices


# --- thoughts: bodies as vLLM 0.32 writes them with --reasoning-parser, and older ones -------------------------------

SPLIT = {"content": "\n\n42", "reasoning": "\n12 and 30 make 42.\n", "tool_calls": []}
WHOLE = "<think>\n12 and 30 make 42.\n</think>\n\n42"


@pytest.mark.parametrize(
    "message",
    [
        SPLIT,
        {"content": "42", "reasoning_content": "12 and 30 make 42."},
        {"content": WHOLE, "reasoning": "12 and 30 make 42."},
    ],
)
def test_a_thought_that_the_server_split_off_is_put_back(message):
    ((one,), notices) = drawn(answer(message))
    assert one.text == WHOLE
    assert notices in ((told.told_joined("inside", COMMON.source),), ())


def test_a_thought_is_left_out_if_that_is_asked_for():
    ((one,), notices) = drawn(answer(SPLIT), sampling=DROP)
    assert (one.text, notices) == ("\n\n42", (told_apart("inside"),))


def test_the_models_template_says_how_the_thought_is_joined(tmp_path):
    opened = "{{ messages[0].content }}{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
    (tmp_path / "chat_template.jinja").write_text(opened)
    ((one,), notices) = drawn(answer({"content": "42", "reasoning": "so"}), tokenizer=str(tmp_path))
    assert one.text == "so\n</think>\n\n42"
    assert f"as the chat template of {tmp_path} writes it: its prompts end with <think>" in notices[0]


def test_the_template_is_found_where_the_server_says_that_its_model_lies(tmp_path):
    (tmp_path / "chat_template.jinja").write_text("{{ messages[0].content }}")
    models = {"data": [{"id": "inside", "owned_by": "vllm", "root": str(tmp_path)}]}
    with serving(answer({"content": None, "reasoning": "42"}), models) as server:
        engine = engine_at(server.url)
        (one,) = engine.generate([Request(A, (0,))], KEEP)
    assert one.text == "42"  # a template without thoughts: the parser took the whole text for one


@pytest.mark.parametrize("finish", ["length", "stop"])
def test_a_thought_without_a_rest_stays_open_and_that_is_told(finish):
    ((one,), notices) = drawn(answer({"content": None, "reasoning": "12 and"}, finish=finish))
    assert (one.text, one.finish_reason) == ("<think>\n12 and", finish)
    assert told.NO_REST in notices


# --- calls of tools --------------------------------------------------------------------------------------------------

CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 12, "b": 30}'}}


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_calls_of_tools_are_kept_and_empty_texts_told(content):
    ((one,), notices) = drawn(answer({"content": content, "tool_calls": [CALL]}, finish="tool_calls"))
    assert json.loads(one.tool_calls) == [CALL]
    assert (one.text, one.finish_reason) == (content or "", "tool_calls")
    assert notices == (told.SILENT,)


def test_the_one_call_of_an_old_server_is_kept_as_well():
    ((one,), _) = drawn(answer({"content": "so", "function_call": CALL["function"]}, finish="function_call"))
    assert json.loads(one.tool_calls) == [{**CALL, "id": "call_0"}]


def test_a_thought_before_a_call_is_closed():
    ((one,), _) = drawn(answer({"content": None, "reasoning": "so", "tool_calls": [CALL]}))
    assert one.text == "<think>\nso\n</think>\n\n"


def test_a_model_that_writes_calls_in_another_form_is_told(tmp_path):
    (tmp_path / "chat_template.jinja").write_text("{% for m in messages %}{{ m.tool_calls }}{% endfor %}")
    (_, notices) = drawn(answer({"content": "so", "tool_calls": [CALL]}), tokenizer=str(tmp_path))
    assert any("in Hermes's form" in one and str(tmp_path) in one for one in notices)


def test_calls_of_an_unknown_form_are_left_out_and_told():
    ((one,), notices) = drawn(answer({"content": "so", "tool_calls": [{"function": "add"}, CALL]}))
    assert json.loads(one.tool_calls) == [CALL]
    assert notices == (told.NO_CALLS,)


def test_a_server_that_reads_no_calls_is_asked_to_leave_them_in_the_text():
    refusal = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'

    def behave(body, _):
        taken = "tools" not in body or body.get("tool_choice") == "none"
        return completion(body) if taken else (400, {"error": {"message": refusal}}, {})

    prompt = replace(A, row={"tools": [{"type": "function", "function": {"name": "add"}}]})
    with serving(behave) as server:
        engine = engine_at(server.url)
        assert len(list(engine.generate([Request(prompt, (0,)), Request(replace(A, id="b"), (0,))], KEEP))) == 2
    assert engine.notices == ("the server reads no calls of tools: they stay in the text, as the model wrote them",)
    assert "tool_choice" not in next(body for body in server.bodies if "tools" not in body)


# --- choices by their index ------------------------------------------------------------------------------------------


def choices(*indexes, finish="stop"):
    """A server whose first answer has choices of these indexes; later ones are as they should be."""

    def behave(body, n):
        if n > 1:
            return completion(body)
        texts = [(index, f"seed {body['seed'] + index}" if isinstance(index, int) else "?") for index in indexes]
        listed = [{"index": index, "message": {"content": text}, "finish_reason": finish} for index, text in texts]
        return 200, {"choices": listed}, {}

    return behave


ALL = {0: f"seed {SEED}", 1: f"seed {SEED + 1}", 2: f"seed {SEED + 2}"}


@pytest.mark.parametrize(
    ("indexes", "notices"),
    [
        ((2, 0, 1), ()),
        ((1, 0), ("the server gives one generation a request: each is asked for on its own",)),
        ((0, 0, 0), (told.DOUBLED, "the server gives one generation a request: each is asked for on its own")),
        ((0, 1, 1, 2), (told.DOUBLED,)),
        ((1, 2, 3), (told.STRANGE, told.NO_CHOICE)),
        ((0, 1, "2"), (told.STRANGE, told.NO_CHOICE)),
        ((0, 1, True), (told.STRANGE, told.NO_CHOICE)),
        ((0, 1, 2**70), (told.STRANGE, told.NO_CHOICE)),
    ],
)
def test_each_choice_is_the_generation_of_its_index_and_what_is_missing_is_asked_for(indexes, notices):
    found, said = drawn(choices(*indexes), 0, 1, 2)
    assert {one.index: one.text for one in found} == ALL
    assert len(found) == 3
    assert said == notices


def test_choices_without_an_index_are_taken_in_their_order():
    def behave(body, _):
        return 200, {"choices": [{"message": {"content": str(i)}} for i in range(body["n"])]}, {}

    found, said = drawn(behave, 0, 1)
    assert [(one.index, one.text) for one in found] == [(0, "0"), (1, "1")]
    assert said == (told.NO_INDEX,)


def test_a_choice_that_ended_in_an_error_is_asked_for_again_alone():
    def behave(body, n):
        status, content, headers = completion(body)
        if n == 1:
            content["choices"][1]["finish_reason"] = "error"
        return status, content, headers

    found, said = drawn(behave, 0, 1, 2)
    assert {one.index: one.text for one in found} == ALL
    assert said == (told.NO_CHOICE,)


# --- bodies of any form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [3, True, {"type": "stop"}, ["stop"], 2**40])
def test_a_finish_reason_that_is_no_text_is_not_known_and_told(reason):
    ((one,), notices) = drawn(answer({"content": "42"}, finish=reason))
    assert (one.finish_reason, notices) == (None, (told.NO_REASON,))


@pytest.mark.parametrize("usage", [3, [], {"prompt_tokens": 2**40, "completion_tokens": -1}, {"prompt_tokens": "5"}])
def test_counts_that_are_none_are_not_known(usage):
    def behave(body, n):
        status, content, headers = completion(body)
        return status, content | {"usage": usage}, headers

    ((one,), _) = drawn(behave)
    assert (one.prompt_tokens, one.completion_tokens) == (None, None)


@pytest.mark.parametrize(
    ("finish", "tokens", "is_told"), [("length", 2, True), ("length", 16, False), ("stop", 2, False)]
)
def test_a_limit_of_the_servers_own_is_told(finish, tokens, is_told):
    def behave(body, n):
        status, content, headers = completion(body)
        content["choices"][0]["finish_reason"] = finish
        return status, content | {"usage": {"completion_tokens": tokens}}, headers

    _, notices = drawn(behave)
    assert any("cuts responses off before 16 tokens" in one for one in notices) == is_told


def test_half_a_surrogate_pair_becomes_a_question_mark_everywhere():
    message = {"content": "\ud8004", "reasoning": "\udfff", "tool_calls": [{"function": {"name": "\ud800"}}]}
    ((one,), _) = drawn(answer(message, finish="sto\ud800"))
    assert one.text == "<think>\n?\n</think>\n\n?4"
    assert one.finish_reason == "sto?"
    one.tool_calls.encode()


@pytest.mark.parametrize(
    "models", [3, [], {"data": 3}, {"data": [3, {"id": 5, "owned_by": []}]}, {"data": [{"id": "\ud800", "root": 3}]}]
)
def test_a_list_of_models_of_any_form_is_no_obstacle(models):
    with serving(lambda body, n: completion(body), models) as server:
        assert len(list(engine_at(server.url).generate([Request(A, (0,))], KEEP))) == 1


DEEP = b"[" * 200_000 + b"]" * 200_000
NUMBER = b"9" * 5_000


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        NUMBER,
        b"\xff\xfe{",
        b'{"choices": ' + DEEP + b"}",
        b'{"choices": [{"message": {"content": ' + NUMBER + b"}}]}",
    ],
)
def test_a_body_that_cannot_be_read_is_one_error(body):
    with pytest.raises(EngineError, match="holds no completion"):
        drawn(lambda *_: (200, body, {}))


@pytest.mark.parametrize("body", [DEEP, b'{"error": ' + DEEP + b"}", b'{"error": {"message": "\\ud800 no"}}', b"3"])
def test_a_refusal_of_any_form_is_one_error(body):
    with pytest.raises(EngineError, match="the server refuses the request") as caught:
        drawn(lambda *_: (400, body, {}))
    str(caught.value).encode()


KEYS = ["choices", "index", "message", "content", "reasoning", "reasoning_content", "tool_calls", "function_call"]
KEYS += ["function", "name", "arguments", "finish_reason", "usage", "prompt_tokens", "completion_tokens", "token_ids"]
KEYS += ["logprobs", "top_logprobs", "token", "logprob", "type", "text", "thinking", "error", "id"]
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4)
LEAF |= st.sampled_from(["stop", "length", "error", "text", "thinking", 0, 1, 2**40, -(2**70), "\ud800"])
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner), max_leaves=20
)
MESSAGE = JSON | st.dictionaries(st.sampled_from(KEYS), JSON)
CHOICE = st.fixed_dictionaries({"message": MESSAGE}, optional={key: JSON for key in KEYS if key != "message"})
BODY = JSON | st.fixed_dictionaries({"choices": JSON | st.lists(CHOICE | JSON, max_size=4)}, optional={"usage": JSON})


@given(BODY, st.sampled_from(["keep", "drop"]), st.integers(1, 3))
def test_whatever_a_server_answers_is_what_can_be_stored_or_one_error(body, reasoning, count):
    sampling = Sampling(max_tokens=4, reasoning=reasoning, token_ids=True, logprobs=2)
    with serving(lambda *_: (200, body, {})) as server:
        engine = engine_at(server.url)
        stream, found = engine.generate([Request(A, tuple(range(count)))], sampling), []
        try:
            found.extend(stream)
        except EngineError as error:
            str(error).encode()
        keys = [(one.prompt_id, one.index) for one in found]
        assert len(set(keys)) == len(keys)
        "".join(engine.notices).encode()
    for one in found:
        assert isinstance(one.text, str)
        json.loads(one.tool_calls or "[]")


def test_what_came_before_a_strange_answer_is_stored(tmp_path):
    strange = {"content": [{"text": 3}, {"text": "\ud800"}], "tool_calls": 7}

    def behave(body, n):
        return completion(body) if n == 1 else answer(strange, finish=2**40)(body, n)

    found, _ = drawn(behave, 0, 2)
    parts = Parts(tmp_path, GENERATION_SCHEMA)
    writer = Writer(parts, None)
    for one in found:
        writer.add_generation(one)
    writer.flush()
    assert parts.read().num_rows == 2
