"""The bench of peers: what they are given, how a run ends, and how the table counts; no peer is needed here."""

from __future__ import annotations

import math
import sys
from functools import cache

import pytest

from bench.peers.fit import BATCH, DATA, HIDDEN_ANYHOW, SEEN_ANYHOW, form_of, why_not
from bench.peers.one_sample import load, scorer
from bench.peers.peer import PEERS, Peer, install
from bench.peers.results import PAGE, Results, put_table, read, write
from bench.peers.table import Row, row
from bench.peers.trial import Trial, run
from fixtures.rewards.bank import read_bank
from fixtures.rewards.tasks import build

BANK = {reward.path: reward for reward in read_bank()}
CLEAN = [reward for reward in BANK.values() if reward.kind == "clean"]

data = cache(build)


def test_every_reward_of_the_bank_has_a_form():
    forms = {path: form_of(reward)[0] for path, reward in BANK.items()}
    assert set(forms.values()) == {"lambda", "verl", "openai", "trl", "verifiers", "plain"}
    assert forms["clean/number_verifiers.py"] == "verifiers"
    assert forms["planted/exits_on_corrupt_rows.py"] == "lambda"


@pytest.mark.parametrize("reward", CLEAN, ids=lambda reward: reward.path)
def test_a_clean_reward_keeps_its_score_as_a_function_of_one_completion(reward, monkeypatch):
    monkeypatch.setattr(sys, "path", sys.path[:])
    form, entry = form_of(reward)
    score = scorer(load(reward.file), form, entry, reward.platform)
    prompt, other = data(reward.task, 1).prompts[:2]
    text = {"number": "\\boxed{{{}}}", "label": "Label: {}", "record": "{}", "text": "Summary: {}"}[reward.task]
    low, high = reward.reward_range or (0.0, 1.0)
    right = text.format(prompt.reference).replace("'", '"')
    assert score(right, prompt.reference, prompt.messages[0]["content"]) == pytest.approx(high)
    assert score("", other.reference, other.messages[0]["content"]) == low


@pytest.mark.parametrize("name", ["envelope_for_nova", "results_under_a_key", "one_result_for_one_sample"])
def test_a_return_value_of_the_wrong_shape_raises_where_it_is_read(name):
    reward = BANK[f"planted/{name}.py"]
    score = scorer(load(reward.file), *form_of(reward), reward.platform)
    with pytest.raises((KeyError, TypeError)):
        score("Label: x", "x", "Which?")


@pytest.mark.parametrize(
    ("peer", "path", "reason"),
    [
        ("nova_forge", "clean/number_plain.py", "takes a file with a lambda_handler only"),
        ("nova_forge", "clean/label_scorer.py", "takes the events of Nova's training only, not those of scorer"),
        ("nova_forge", "planted/out_of_reach.py", ""),
        ("falsepass", "planted/out_of_reach.py", DATA),
        ("reward_doctor", "planted/penalises_copies.py", BATCH),
        ("reward_doctor", "planted/running_baseline.py", ""),
        ("reward_doctor", "clean/text_rouge_scorer_oss.py", ""),
    ],
)
def test_why_a_peer_is_not_given_a_reward(peer, path, reason):
    assert why_not(peer, BANK[path]) == reason


def test_the_named_exceptions_are_rewards_of_the_bank():
    assert {f"planted/{name}.py" for name in (*SEEN_ANYHOW, *HIDDEN_ANYHOW)} <= set(BANK)


ANSWER = (
    '{"verdict": "failed", "applicable": true, "why": "",'
    ' "flags": [{"level": "error", "text": "a"}, {"level": "warning", "text": "b"}]}'
)


@pytest.mark.parametrize(
    ("after", "outcome", "why"),
    [
        (f"print('''{ANSWER}''')", "judged", ""),
        ("import os; os._exit(3)", "died", "exit code 3 without an answer"),
        ("import time; time.sleep(60)", "hung", "no answer within 0.3 s"),
        (f"print('''{ANSWER}'''.replace('failed', 'died'))", "died", ""),
        (f"print('''{ANSWER}'''.replace('true', 'false'))", "not_applicable", ""),
    ],
)
def test_how_a_trial_ends(after, outcome, why, tmp_path):
    command = (sys.executable, "-c", f"print('ready', flush=True); {after}")
    trial = run(command, "peer", "clean/x.py", tmp_path, limit=0.3 if outcome == "hung" else 20)
    assert (trial.outcome, trial.why) == (outcome, why)
    assert trial.errors == (("a",) if "print(" in after else ())


def test_a_row_counts_each_reward_once():
    trials = [
        Trial("p", "planted/a.py", "judged", errors=("x", "y"), warnings=("z",), seconds=1.0),
        Trial("p", "planted/b.py", "judged", warnings=("z",), seconds=2.0),
        Trial("p", "planted/c.py", "judged", seconds=4.0),
        Trial("p", "planted/d.py", "hung", seconds=20.0),
        Trial("p", "planted/e.py", "died", seconds=9.0),
        Trial("p", "planted/f.py", "not_applicable"),
        Trial("p", "clean/a.py", "judged", seconds=3.0),
        Trial("p", "clean/b.py", "judged", warnings=("z",), seconds=5.0),
        Trial("p", "clean/c.py", "not_applicable"),
    ]
    # Five planted and two clean were taken; the median of 1, 2, 3, 4, 5 seconds is 3.
    counts = {"planted": 5, "caught_gate": 1, "caught_any": 2, "clean": 2, "alarms_gate": 0, "alarms_any": 1}
    assert row("p", "1.0", trials) == Row("p", "1.0", **counts, hung=1, died=1, not_applicable=2, seconds=3.0)


def test_results_read_back_as_they_were_written(tmp_path):
    trials = (Trial("falsepass", "clean/a.py", "judged", verdict="ok", errors=("é",), seconds=math.pi),)
    results = Results(trials, {"nova_forge": "needs Python 3.12 or newer"})
    write(results, tmp_path / "results.json")
    assert read(tmp_path / "results.json") == results
    assert "could not be installed: needs Python 3.12 or newer" in results.table()


def test_an_interpreter_that_is_too_old_is_said():
    peer = Peer("nobody", "nobody", "1", "99.0")
    assert install(peer, [sys.executable]) == f"needs Python 99.0 or newer; none of {sys.executable} is"


def test_the_committed_results_are_of_this_bank_and_the_page_shows_them():
    results = read()
    for peer in PEERS:
        found = {trial.path for trial in results.trials if trial.peer == peer.name}
        assert found == (set() if peer.name in results.missing else set(BANK))
    page = PAGE.read_text(encoding="utf-8")
    assert put_table(page, results.table()) == page
