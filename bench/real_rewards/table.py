"""Whether rewardlab is right on a reward, and the page that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.real_rewards.environments import ROOT
from bench.real_rewards.trial import GENERATIONS, Trial

PAGE = ROOT / "docs" / "real_rewards.md"
#: An accuracy that is further from the truth is wrong.
NEAR = 0.03
START = """# Public rewards, audited

Rewards that others published, installed from the package index at the versions below and called as their users would:
an adapter of a few lines (`bench/real_rewards/adapters/`) imports each. The generations are recorded ones whose truth
is known: {generations} a prompt, right as often as the prompt is easy, some without the format that the prompt asks for.
The audit sees no label. `make real-rewards` installs, audits and writes this page (seed {seed}).

"Reads" is what the reward reads: the answer; the form (tags, length, wording) alone; the answer, but not all of it, so that
wrong ones earn a part of the score ("part") or all of it ("loose"); or the answer in fewer forms than right ones are
written in here ("narrow"). rewardlab is right where a reward that reads the answer gets GO with an accuracy
within 3 points of the truth and no blocker; where one of the form alone does not get GO; where one that reads a part
gets no GO whose accuracy is more than 3 points off; where a loose one is told (RL402, RL407, RL408) and gets no GO; and
where one too narrow for right answers as they are written here
gets NO-GO and is told to mend the reward, not the model.

rewardlab is right on {right} of {all}.
"""
HEADS = ("reward", "package", "signature", "reads", "true of it", "verdict", "success", "accuracy", "findings", "right")


def wrong_of(trial: Trial) -> str:
    """What rewardlab says wrongly of this reward; empty where it is right."""
    if trial.report is None:
        return f"no report (exit {trial.exit_code}): {trial.said[-300:]}"
    blockers = trial.codes("blocker")
    if trial.real.reads == "form":
        return "GO" if trial.verdict == "go" else ""
    if trial.real.reads == "narrow":
        action = trial.report["next_step"]["action"]
        return "" if (trial.verdict, action) == ("no_go", "fix_reward") else f"{trial.verdict}, {action}"
    if trial.real.reads == "loose":
        told = {"RL402", "RL407", "RL408"} & {*trial.codes("blocker"), *trial.codes("warning")}
        return "" if told and trial.verdict != "go" else f"{trial.verdict}, {'told' if told else 'not told'}"
    said = trial.accuracy
    off = (
        ""
        if said is not None and abs(said - trial.truth) <= NEAR
        else f"accuracy {_number(said)}, true {trial.truth:.3f}"
    )
    if trial.real.reads == "part":
        return f"GO with {off}" if trial.verdict == "go" and off else ""
    problems = [f"{trial.verdict}"] if trial.verdict != "go" else []
    problems += [f"blockers {', '.join(blockers)}"] if blockers else []
    return "; ".join([*problems, off] if off else problems)


def page(trials: Sequence[Trial], seed: int) -> str:
    """docs/real_rewards.md."""
    right = sum(not wrong_of(trial) for trial in trials)
    start = START.format(generations=GENERATIONS, seed=seed, right=right, all=len(trials))
    lines = [HEADS, ("---",) * len(HEADS), *(_row(trial) for trial in trials)]
    table = "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)
    excused = [f"- {trial.real.name} ({trial.real.package}): {trial.real.known}" for trial in trials if wrong_of(trial)]
    return (
        start + "\n" + table + "\n" + ("\n## Where rewardlab is wrong\n" + "\n".join(excused) + "\n" if excused else "")
    )


def _row(trial: Trial) -> tuple[str, ...]:
    real = trial.real
    findings = [*(f"**{code}**" for code in trial.codes("blocker")), *trial.codes("warning")]
    return (
        f"`{real.name}`",
        f"{real.package}=={real.version}",
        f"`{real.signature}`",
        real.reads,
        real.truth,
        trial.verdict.replace("_", "-").upper(),
        _success(trial.report),
        f"{_number(trial.accuracy)} of {trial.truth:.3f}",
        " ".join(findings) or "none",
        wrong_of(trial) or "yes",
    )


def _success(report: dict[str, Any] | None) -> str:
    found = (report or {}).get("success") or (report or {}).get("baseline", {}).get("success")
    if not found:
        return "-"
    told = [f"{word} {found[word]:g}" for word in ("right", "wrong") if found.get(word) is not None]
    return f"{'>' if found.get('strict') else '>='} {found['at']:g} ({', '.join([found.get('source', ''), *told])})"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
