"""From messages to token ids: just what the model was trained on, or an error that says why not."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer

from fixtures.arithmetic.task import prompt_tokens
from rewardlab.engines.chat import encode, encode_all, read_template, short_room
from rewardlab.engines.names import check_model
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Prompt

pytestmark = pytest.mark.engine  # the tokenizers are those of transformers, whose import takes seconds

MODELS = ("below", "inside", "above")


@pytest.fixture(scope="module")
def tokenizers(arithmetic):
    from transformers import AutoTokenizer

    return {name: AutoTokenizer.from_pretrained(arithmetic / "models" / name) for name in MODELS}


@pytest.fixture
def tokenizer(tokenizers):
    return tokenizers["inside"]


@pytest.fixture
def bare(arithmetic):
    """A tokenizer without a chat template."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(arithmetic / "models" / "inside")
    tokenizer.chat_template = None
    return tokenizer


def prompt(content, *, is_text=False):
    return Prompt("p-1", ({"role": "user", "content": content},), None, {}, 7, is_text)


def ids_of(tokenizer, one, *, template=None, extra=None, window=64):
    return encode(tokenizer, one, template=template, extra=extra or {}, window=window, model="inside")


@pytest.mark.parametrize("name", MODELS)
def test_the_template_gives_just_the_tokens_the_model_was_trained_on(name, tokenizers, arithmetic, arithmetic_prompts):
    # The vocabulary is read without transformers, from the file itself.
    vocabulary = Tokenizer.from_file(str(arithmetic / "models" / name / "tokenizer.json")).get_vocab()
    expected = [[vocabulary[token] for token in prompt_tokens(p.messages[-1]["content"])] for p in arithmetic_prompts]
    ids = encode_all(tokenizers[name], arithmetic_prompts, template=None, extra={}, window=64, model=name)
    assert ids == expected
    assert len(ids) == 200


def test_a_template_of_the_user_replaces_the_models_own(tokenizer):
    ids = ids_of(tokenizer, prompt("12"), template="{{ messages[0]['content'] }}!")
    assert tokenizer.decode(ids) == "12!"


def test_extra_values_reach_the_template(tokenizer):
    assert tokenizer.decode(ids_of(tokenizer, prompt("12"), template="{{ mode }}", extra={"mode": "ab"})) == "ab"


def test_the_rows_tools_reach_the_template(tokenizer):
    tools = [{"type": "function", "function": {"name": "add", "description": "", "parameters": {}}}]
    one = Prompt("p-1", ({"role": "user", "content": "12"},), None, {"tools": tools}, 7)
    assert tokenizer.decode(ids_of(tokenizer, one, template="{{ tools[0].function.name }}")) == "add"


def test_messages_without_a_template_are_refused(bare):
    with pytest.raises(EngineError, match=r"no chat template and the prompts are messages.*chat_template=FILE"):
        ids_of(bare, prompt("12+30"))


def test_plain_text_needs_no_template(bare):
    assert bare.decode(ids_of(bare, prompt("12+30", is_text=True)), skip_special_tokens=True) == "12+30"


def test_a_prompt_that_fills_the_window_is_refused_by_id_and_line(tokenizer):
    with pytest.raises(EngineError, match=r"prompt 'p-1' \(line 7\): 8 tokens; expected fewer than .* window of 8"):
        ids_of(tokenizer, prompt("12+30"), window=8)


def test_a_prompt_that_leaves_room_for_one_token_is_taken(tokenizer):
    assert len(ids_of(tokenizer, prompt("12+30"), window=9)) == 8


def test_a_template_that_refuses_is_told_with_its_own_words(tokenizer):
    with pytest.raises(EngineError, match=r"line 7\): the chat template refuses the messages \(no system turns"):
        ids_of(tokenizer, prompt("12+30"), template="{{ raise_exception('no system turns') }}")


def test_a_template_that_is_no_jinja_is_told(tokenizer):
    with pytest.raises(EngineError, match="the chat template refuses"):
        ids_of(tokenizer, prompt("12+30"), template="{% if %}")


def test_a_template_option_is_a_text_or_a_file(tmp_path):
    file = tmp_path / "chat.jinja"
    file.write_text("{{ bos_token }}", encoding="utf-8")
    assert read_template(None) is None
    assert read_template("{{ x }}") == "{{ x }}"
    assert read_template(str(file)) == "{{ bos_token }}"


def test_a_template_file_that_is_not_there_is_a_usage_error():
    with pytest.raises(UsageError, match="the chat template cannot be read"):
        read_template("nowhere.jinja")


def test_a_model_folder_passes(arithmetic):
    check_model(str(arithmetic / "models" / "inside"))


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(EngineError, match=r"no config\.json in the model folder"):
        check_model(str(tmp_path))


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(EngineError, match="the model folder does not exist"):
        check_model(str(tmp_path / "none"))


def test_a_file_is_no_model_folder(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({}))
    with pytest.raises(EngineError, match="the model folder is a file"):
        check_model(str(file))


def test_a_window_that_cuts_responses_is_noticed_once_with_the_count():
    assert short_room([[1, 2], [1, 2, 3]], max_tokens=6, window=8) == [
        "the model's window of 8 tokens leaves 1 of 2 prompts less room than --max-tokens 6"
    ]


def test_a_window_that_cuts_nothing_is_not_noticed():
    assert short_room([[1, 2], [1, 2, 3]], max_tokens=5, window=8) == []
