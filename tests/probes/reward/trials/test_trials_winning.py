"""The formats in which sampled winners write the reference."""

from __future__ import annotations

import json

from rewardlab.answers.reference.wording import asked_formats
from rewardlab.probes.reward.trials.sampled import Sampled
from rewardlab.probes.reward.trials.winning import winning_formats
from tests.probes.reward.answers_subject import prompt

ROWS = [prompt(k, "Classify it.", ("bug", "wish", "praise")[k % 3]) for k in range(12)]


def sampled(write):
    return {
        one.id: [Sampled(write(one.reference, k), 1.5), Sampled(write("nothing", k), 0.5), Sampled("I pass.", 0.0)]
        for k, one in enumerate(ROWS)
    }


def test_the_key_that_holds_the_reference_is_found_whatever_stands_beside_it():
    (form,) = winning_formats(ROWS, sampled(lambda label, k: json.dumps({"why": f"seen {k}", "label": label})))
    assert json.loads(form.write("bug"))["label"] == "bug"
    assert form.is_keyed


def test_a_fence_around_the_object_is_kept():
    (form,) = winning_formats(ROWS, sampled(lambda label, _: f'```json\n{{"label": "{label}"}}\n```'))
    assert form.write("bug") == '```json\n{"label": "bug"}\n```'


def test_so_is_what_recurs_around_it():
    (form,) = winning_formats(ROWS, sampled(lambda label, _: f"My pick is: {label} !"))
    assert form.write("bug") == "My pick is: bug !"


def test_none_is_found_where_winners_do_not_hold_the_reference():
    assert winning_formats(ROWS, sampled(lambda *_: "a poem")) == ()
    assert winning_formats(ROWS, {}) == ()


def test_an_object_with_several_blanks_is_a_format_that_is_asked_for():
    one = prompt(0, 'Classify as JSON {"label":..,"why":..}', "bug")
    assert [json.loads(form.write("bug")) for form in asked_formats(one)] == [
        {"label": "bug", "why": "..."},
        {"label": "...", "why": "bug"},
    ]


def test_an_object_with_values_is_material_and_one_that_is_the_reference_itself_is_no_format():
    assert asked_formats(prompt(0, 'What is a + b in {"a": 3, "b": 4}?', "7")) == ()
    assert asked_formats(prompt(0, 'As JSON {"label":..,"why":..}', {"label": "bug", "why": "so"})) == ()
