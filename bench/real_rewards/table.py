"""Whether rewardlab is right on a reward, and the page that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bench.real_rewards.catalogue import REWARDS, Reads
from bench.real_rewards.environments import ROOT
from bench.real_rewards.trial import GENERATIONS, Trial

PAGE = ROOT / "docs" / "real_rewards.md"
#: An accuracy that is further from the truth is wrong.
NEAR = 0.03
START = """# Public rewards, audited

Rewards that others published, installed from the package index at the versions below and called as their users would:
an adapter of a few lines (`bench/real_rewards/adapters/`) imports each. The generations are recorded ones whose truth
is known: {generations} a prompt, right as often as the prompt is easy, some of them not in the format that the prompt
asks for. The audit sees no label. `make real-rewards` installs, audits and writes this page (seed {seed}).

"Reads" is what is true of the reward, and what rewardlab should say follows from it:

| reads | the reward | rewardlab is right if |
| --- | --- | --- |
| answer | pays right answers, and no wrong ones as much | GO, no blocker, accuracy within 3 points of the truth |
| form | pays tags, length or wording; no answer is read | not GO |
| part | pays wrong answers in the samples a part of what right ones earn | no GO with an accuracy that is off |
| loose | pays some wrong answers in full | not GO, and RL402, RL407 or RL408 tells it |
| narrow | refuses right answers as the samples write them | NO-GO, and the reward is to be mended, not the model |
| hangs | as answer, but one text that a model can write stops it for good | RL202 blocks, the accuracy is right |

rewardlab is right on {right} of {all}.
"""
END = """
## Not here
AReaL 1.0.4, whose rewards import its whole engine; verifiers 0.4.0, which has decorators for rewards and none ready;
rewards that run code or ask a model.
"""
HEADS = (
    "reward",
    "package",
    "signature",
    "reads",
    "true of it",
    "verdict",
    "success",
    "accuracy",
    "findings",
    "right?",
)


def wrong_of(trial: Trial) -> str:
    """What rewardlab says wrongly of this reward; empty where it is right."""
    if trial.report is None:
        return f"no report (exit {trial.exit_code}): {trial.said[-300:]}"
    return JUDGED[trial.real.reads](trial)


def _of_answer(trial: Trial) -> str:
    problems = [trial.verdict] if trial.verdict != "go" else []
    problems += [f"blockers {', '.join(trial.codes('blocker'))}"] if trial.codes("blocker") else []
    return "; ".join([*problems, *_off(trial)])


def _of_part(trial: Trial) -> str:
    off = _off(trial)
    return f"GO with {off[0]}" if trial.verdict == "go" and off else ""


def _of_loose(trial: Trial) -> str:
    told = {"RL402", "RL407", "RL408"} & {*trial.codes("blocker"), *trial.codes("warning")}
    return "" if told and trial.verdict != "go" else f"{trial.verdict}, {'told' if told else 'not told'}"


def _of_narrow(trial: Trial) -> str:
    action = trial.report["next_step"]["action"] if trial.report else ""
    return "" if (trial.verdict, action) == ("no_go", "fix_reward") else f"{trial.verdict}, {action}"


def _of_hanging(trial: Trial) -> str:
    told = [] if "RL202" in trial.codes("blocker") else [f"{trial.verdict}, not told"]
    return "; ".join([*told, *_off(trial)])


JUDGED: dict[Reads, Callable[[Trial], str]] = {
    "answer": _of_answer,
    "form": lambda trial: "GO" if trial.verdict == "go" else "",
    "part": _of_part,
    "loose": _of_loose,
    "narrow": _of_narrow,
    "hangs": _of_hanging,
}


def _off(trial: Trial) -> list[str]:
    """That the accuracy is further from the truth than it may be."""
    said = trial.accuracy
    is_near = said is not None and abs(said - trial.truth) <= NEAR
    return [] if is_near else [f"accuracy {_number(said)}, true {trial.truth:.3f}"]


def page(trials: Sequence[Trial], seed: int) -> str:
    """docs/real_rewards.md."""
    right = sum(not wrong_of(trial) for trial in trials)
    start = START.format(generations=GENERATIONS, seed=seed, right=right, all=len(trials))
    lines = [HEADS, ("---",) * len(HEADS), *(_row(trial) for trial in trials)]
    table = "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)
    excused = [f"- {trial.real.name} ({trial.real.package}): {trial.real.known}" for trial in trials if wrong_of(trial)]
    told = {(trial.real.package, trial.real.name) for trial in trials}
    untried = [f"`{one.name}` ({one.package})" for one in REWARDS if (one.package, one.name) not in told]
    rest = END + (f"Not audited in this run: {', '.join(untried)}.\n" if untried else "")
    return "\n".join([start, table, *(["\n## Where rewardlab is wrong", *excused] if excused else []), rest])


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
    base = (report or {}).get("baseline")
    if not base:
        return "none"
    found = base["success"]
    told = [f"{word} {found[word]:.3g}" for word in ("right", "wrong") if found[word] is not None]
    told += [f"open from {found['open'][0]['at']:.3g}"] if found["open"] else []
    start = "above" if base["success_above"] else "from"
    return f"{start} {base['success_at']:.3g} ({', '.join([found['source'], *told])})"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
