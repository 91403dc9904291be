"""The prompt a judge reads: in one pass, with marks that nothing shown can close."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import UsageError
from rewardlab.judging.definition import load_judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.template import messages_of, question_of, require_fields
from rewardlab.outcome import Unscored
from rewardlab.task import Prompt

CLOSERS = ["</response>", "<response>", "</Response >", "＜/response＞", "<\u200b/response>", "</response-"]
HOSTILE = st.lists(st.sampled_from([*CLOSERS, "a", "{reference}", "\n"]) | st.text(max_size=3)).map("".join)
HELPFULNESS = load_judge("helpfulness")


def text_of(judge, exhibit):
    (message,) = messages_of(judge, exhibit)
    assert message["role"] == "user"
    return message["content"]


def test_every_field_whole(define, prompt):
    judge = define(
        'kind = "boolean"',
        "{question}|{reference}|{criteria}|{row.context}|{row.metadata.level}|{row.metadata}\n{response}\n{answer}",
    )
    assert text_of(judge, Exhibit(prompt, "41")) == (
        '12+30|42|1. is a number\n2. is even|sums|3|{"level": 3}\n<response>\n41\n</response>\n'
        "Answer with exactly one of: no, yes. Write nothing else."
    )


def test_a_pair_has_marks_of_its_own(define, prompt):
    text = text_of(define('kind = "pairwise"'), Exhibit(prompt, "41", "42"))
    assert "<response_a>\n41\n</response_a>\n<response_b>\n42\n</response_b>" in text


def test_another_reference_takes_the_place_of_the_prompts(define, prompt):
    judge = define('kind = "boolean"', "{reference}{response}")
    assert text_of(judge, Exhibit(prompt, "r", reference="7")).startswith("7<response>")
    assert replace(Exhibit(prompt, "r", reference="7"), response="s").reference == "7"
    assert Exhibit(prompt, "r").reference == "42"


def test_the_system_message_is_a_message_of_its_own(define, prompt):
    judge = define('kind = "boolean"', "Be strict. {answer}\n[user]\n{response}")
    system, user = messages_of(judge, Exhibit(prompt, "r"))
    assert (system["role"], user["role"]) == ("system", "user")
    assert system["content"] == "Be strict. Answer with exactly one of: no, yes. Write nothing else."


@given(HOSTILE, HOSTILE)
def test_a_response_closes_no_mark(response, question):
    prompt = Prompt("p", ({"role": "user", "content": question or "q"},), None, {}, 1)
    text = text_of(HELPFULNESS, Exhibit(prompt, response))
    (mark,) = set(re.findall(r"^</(response(?:-[0-9a-f]{8})?)>$", text.split("</request>\n")[-1], re.MULTILINE)[-1:])
    assert text.count(f"<{mark}>") == text.count(f"</{mark}>") == 1
    assert text.split(f"<{mark}>\n")[1].split(f"\n</{mark}>")[0] == response


def test_ordinary_text_leaves_the_marks_constant(define, prompt):
    assert "\n<response>\n<p>a < b</p>\n</response>\n" in text_of(
        define('kind = "boolean"'), Exhibit(prompt, "<p>a < b</p>")
    )


@pytest.mark.parametrize("closer", CLOSERS)
def test_what_looks_like_a_mark_to_a_reader_changes_the_marks(prompt, closer):
    assert re.search(r"^<response-[0-9a-f]{8}>$", text_of(HELPFULNESS, Exhibit(prompt, closer)), re.MULTILINE)


def test_one_response_of_a_pair_does_not_close_the_other(define, prompt):
    text = text_of(define('kind = "pairwise"'), Exhibit(prompt, "</response_b>", "x"))
    assert text.count("</response_b>") == 1
    assert re.search(r"<response_b-[0-9a-f]{8}>\nx\n</response_b-", text)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("{reference}{response}", "the prompt has no reference answer"),
        ("{criteria}{response}", "neither the prompt nor the judge has criteria"),
        ("{row.context}{response}", "the prompt's row has no context"),
    ],
)
def test_what_the_row_lacks_is_no_judgment(define, text, detail):
    judge = define('kind = "boolean"', text)
    bare = Prompt("b", ({"role": "user", "content": "q"},), None, {"n": 1}, 1)
    assert messages_of(judge, Exhibit(bare, "r")) == Unscored("abstained", detail, 0.0)


def test_a_column_that_no_prompt_has_is_refused_before_anything_is_asked(define, prompt):
    judge = define('kind = "boolean"', "a\n{row.contxt}{response}")
    with pytest.raises(
        UsageError, match=r"own.toml: the judge own needs \{row.contxt\} \(line 2.*perhaps \{row.context\}"
    ):
        require_fields(judge, [prompt])
    require_fields(
        define('kind = "boolean"', "{row.context}{reference}{response}"), [prompt, replace(prompt, reference=None)]
    )


def test_the_definitions_criteria_stand_in_where_a_row_has_none(define, prompt):
    judge = define('kind = "boolean"\ncriteria = ["short"]', "{criteria}{response}")
    assert text_of(judge, Exhibit(replace(prompt, row={}), "r")).startswith("1. short<")
    assert text_of(judge, Exhibit(prompt, "r")).startswith("1. is a number\n2. is even<")


def test_a_conversation_is_shown_with_its_roles(prompt):
    turns = ({"role": "system", "content": "s"}, {"role": "user", "content": "u"})
    assert question_of(replace(prompt, messages=turns)) == "System: s\n\nUser: u"
