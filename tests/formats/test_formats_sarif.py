"""SARIF: paths are URIs, messages hold no link, and what could not be asked is a notification."""

from __future__ import annotations

import json

import pytest

from rewardlab.formats import sarif
from rewardlab.formats.outline import Case, Outline, Part, Place, Told


def run_of(*told, cases=()):
    part = Part("reward.py", "FAIL", "bad", (), cases, told=told)
    return json.loads(sarif.page(Outline("check", "Check", "FAIL", "bad", 1, "0", (part,))))["runs"][0]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("reward.py", "reward.py"),
        ("a b/ré#1.py", "a%20b/r%C3%A9%231.py"),
        ("/tmp/reward.py", "file:///tmp/reward.py"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("\udcff.py", "%3F.py"),
    ],
)
def test_a_path_is_a_uri_that_starts_no_scheme(path, uri):
    (result,) = run_of(Told("RL201", "blocker", "it raises", (), place=Place(path, 3)))["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 3}}}]
    assert result["level"] == "error"


def test_a_rule_is_the_page_of_the_catalogue_once():
    run = run_of(
        Told("RL402", "note", "t", ("one",)), Told("RL402", "note", "t", ("two",)), Told("own", "note", "o", ())
    )
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["RL402", "own"]
    assert "rewardlab explain RL402" in run["tool"]["driver"]["rules"][0]["help"]["text"]
    assert [result["ruleIndex"] for result in run["results"]] == [0, 0, 1]


def test_help_is_addressed_once_the_documentation_has_an_address(monkeypatch):
    monkeypatch.setattr(sarif, "DOCUMENTATION", "https://docs.example")
    (rule,) = run_of(Told("RL402", "note", "t", ()))["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://docs.example/findings.md#rl402-a-shortcut-scores"


def test_what_could_not_be_asked_is_a_notification():
    run = run_of(cases=(Case("RL407 x", "error", "not asked: time ran out"), Case("RL402 y", "failed", "z")))
    (invocation,) = run["invocations"]
    assert invocation["exitCode"] == 1
    told = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert told == ["reward.py: RL407 x: not asked: time ran out"]
