"""Generations find their prompts by id, else by text; what finds none, and what stands there twice, is counted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rewardlab.errors import InputError
from rewardlab.readers.answer import Answer
from rewardlab.readers.logged import read_logged
from rewardlab.readers.logs import Log
from rewardlab.readers.matching import match
from rewardlab.readers.reading import Reading
from rewardlab.task import Prompt


def prompt(name, text, system=None):
    head = ({"role": "system", "content": system},) if system else ()
    return Prompt(name, (*head, {"role": "user", "content": text}), None, {}, 1)


def matched(prompts, *answers, is_trained=False):
    return match(Log("a log", tuple(answers), {}, is_trained), prompts, where="log")


def said(text="42", asked=None, **more):
    return Answer(where="log:1", text=text, prompt=None if asked is None else {"prompt": asked}, **more)


TWO = [prompt("a", "6*7"), prompt("b", "7*8")]
#: A text of "6*7", or of the second of TWO, as a template writes it.
RENDERED = [
    "<|im_start|>user\n6*7<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>system\nYou are Qwen.<|im_end|>\n<|im_start|>user\n6*7<|im_end|>\n<|im_start|>assistant\n<think>\n",
    "system\nYou are Qwen.\nuser\n6*7\nassistant\n",
    "<s>[INST] 6*7 [/INST]",
    "<bos><start_of_turn>user\n6*7<end_of_turn>\n<start_of_turn>model\n",
    (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\n6*7<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "<|begin|><|user|>6*7<|assistant|>",
]


@pytest.mark.parametrize("text", RENDERED)
def test_a_text_that_a_template_wrote_finds_its_prompt(text):
    found = matched(TWO, said(asked=text))
    assert [one.prompt_id for one in found.generations] == ["a"]
    assert "1 by chat form" in found.notices[0]


def test_of_prompts_that_ask_the_same_the_system_turn_decides():
    both = [prompt("terse", "6*7", "Be terse."), prompt("long", "6*7", "Explain at length.")]
    found = matched(both, said(asked="system\nExplain at length.\nuser\n6*7\nassistant\n"))
    assert [one.prompt_id for one in found.generations] == ["long"]


def test_an_id_decides_unless_the_text_is_another_prompts():
    found = matched(TWO, said(id="a"), said(id="b", asked="6*7"), said(id="a", asked="a text of no prompt"))
    assert [(one.prompt_id, one.index) for one in found.generations] == [("a", 0), ("a", 1), ("a", 2)]
    assert "another prompt's text" in found.notices[0]


def test_a_place_is_no_id_where_a_text_tells():
    by_place = [prompt("0", "6*7"), prompt("1", "7*8")]
    found = matched(by_place, said(id="1", id_is_place=True, asked="6*7"), said(id="0", id_is_place=True, asked="gone"))
    assert [one.prompt_id for one in found.generations] == ["0"]
    assert found.unmatched == 1


def test_a_number_behind_an_id_is_the_generations():
    found = matched(TWO, said(id="a-3"), said(id="a_1"))
    assert [(one.prompt_id, one.index) for one in found.generations] == [("a", 3), ("a", 1)]


def test_what_stands_there_twice_and_what_is_of_no_prompt_is_counted():
    found = matched(TWO, said(id="a", index=0), said("again", id="a", index=0), said(id="c"), said("third", id="a"))
    assert [(one.index, one.text) for one in found.generations] == [(0, "42"), (1, "third")]
    assert any("1 generations stand there twice" in notice for notice in found.notices)
    assert any("1 generations are of no prompt" in notice for notice in found.notices)


def test_scores_that_are_not_the_trainers_are_not_kept():
    one = said(id="a", scores=(("acc", 1.0),))
    assert matched(TWO, one).scores == ()
    assert matched(TWO, one, is_trained=True).scores == (("a", 0, "acc", 1.0),)


def test_a_log_with_its_prompts_is_opened_once(write_lines):
    log = write_lines("log.jsonl", [{"prompt": "6*7", "response": "42"}])
    code = (
        "import sys; from pathlib import Path\n"
        "from rewardlab.readers.logged import read_logged; from rewardlab.readers.reading import PLAIN\n"
        "opened = []\n"
        "sys.addaudithook(lambda name, told: opened.append(told[0]) if name == 'open' else None)\n"
        "read_logged(Path(sys.argv[1]), PLAIN)\n"
        "print(sum(str(one) == sys.argv[1] for one in opened))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(log)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "1"


def test_a_log_is_read_with_the_prompts_that_it_holds(write_lines):
    log = write_lines(
        "log.jsonl",
        [{"ask": "1+1", "say": None, "gold": "2", "output": "no text"}]
        + [{"ask": "6*7", "say": say, "gold": "42"} for say in ("42", "43")],
    )
    prompts, held = read_logged(log, Reading(columns={"prompt": "ask", "text": "say", "reference": "gold"}))
    assert [(one.messages[0]["content"], one.reference) for one in prompts] == [("1+1", "2"), ("6*7", "42")]
    assert ([one.text for one in held.answers], held.lost) == (["42", "43"], {"no text": 1})
    with pytest.raises(InputError, match="no column 'golden'"):
        read_logged(log, Reading(columns={"prompt": "ask", "text": "say", "reference": "golden"}))
    ours = write_lines("ours.jsonl", [{"prompt_id": "p", "index": 0, "text": "42"}])
    with pytest.raises(InputError, match="recorded generations, which hold no prompts; expected"):
        read_logged(ours, Reading())
    named = write_lines("named.jsonl", [{"id": "p", "text": "42"}])
    with pytest.raises(InputError, match="the log holds no prompts"):
        read_logged(named, Reading())
