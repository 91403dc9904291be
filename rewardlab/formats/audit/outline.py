"""An audit's report as an outline: the verdict, why, what next; the findings; the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.formats.audit.judge_tables import share, share_between
from rewardlab.formats.audit.judges import parting, sentences
from rewardlab.formats.audit.reasons import late, look, reasons, size_line
from rewardlab.formats.evidence.values import percent
from rewardlab.formats.outline import Case, Outline, Part, Rows
from rewardlab.formats.questions import asked_by_audit, cases, unasked
from rewardlab.formats.success import success_line
from rewardlab.formats.telling import told
from rewardlab.formats.verdicts import TONES, WORDS
from rewardlab.reports.audit import Report
from rewardlab.reports.section import Interval, visible_all

NO_JUDGES = "no judges in this run (--judge)"
NO_LABELS = "no labels in this run (--labels)"


def outline(report: Report) -> Outline:
    """The outline of an audit's report."""
    shown = visible_all(report)
    verdict, tone = WORDS[report.verdict], TONES[report.verdict]
    reward, prompts = report.provenance["reward"]["path"], report.provenance["prompts"]["path"]
    found = told(report.findings, reward=reward, prompts=prompts)
    questions = cases(
        found,
        asked_by_audit(),
        undecided=_undecided(shown),
        skipped=_skipped(report),
    )
    part = Part(
        subject=f"{shown.provenance['reward']['path']} with {shown.provenance['model']}",
        verdict=verdict,
        tone=tone,
        lead=tuple(_lead(shown)),
        cases=(_verdict(shown), *questions),
        told=found,
        tables=tuple(_tables(shown)),
    )
    return Outline("audit", "Audit", verdict, tone, report.exit_code, report.provenance["rewardlab"], (part,))


def _lead(report: Report) -> Iterator[str]:
    yield from reasons(report)
    yield success_line(report.baseline)
    if report.baseline.look > 1:
        yield look(report.baseline)
    yield f"Next: {report.next_step.action}: {report.next_step.text}"
    yield f"{size_line(report.baseline)}, {report.provenance['platform']}{late(report)}; run {report.provenance['run']}"


def _verdict(report: Report) -> Case:
    """The verdict as a question of its own: INCONCLUSIVE is no failure."""
    said = f"{WORDS[report.verdict]}: {report.next_step.text}"
    state = {"go": "passed", "no_go": "failed", "inconclusive": "error"}[report.verdict]
    return Case("verdict", state, said, "\n".join(reasons(report)))  # type: ignore[arg-type]  # one of the states


def _undecided(report: Report) -> Mapping[str, str]:
    found = dict(unasked(report.findings))
    if report.verdict == "inconclusive":
        found |= dict.fromkeys(report.reasons, f"not decided: {report.next_step.text}")
    return found


def _skipped(report: Report) -> Mapping[str, str]:
    codes = [code for code in asked_by_audit() if code.startswith("RL5")]
    if report.judges is None:
        return dict.fromkeys(codes, NO_JUDGES)
    return {"RL509": NO_LABELS} if report.reward.labels is None else {}


def _tables(report: Report) -> Iterator[Rows]:
    base, spread = report.baseline, report.spread
    rows = [("accuracy", base.accuracy), ("prompts solved", base.solved), ("positive rewards", base.positive)]
    rows += [(f"pass@{k}", value) for k, value in base.pass_at_k.items() if k != "1"]
    rows += [(f"informative groups of {size}", value) for size, value in spread.informative_groups.items()]
    yield Rows("numbers", ("", "share", "interval", "prompts"), tuple(_row(name, value) for name, value in rows))
    counts = report.reward.outcomes.model_dump()
    yield Rows("outcomes", ("", "generations"), tuple((name, f"{count:,}") for name, count in counts.items()))
    flat = spread.flat_groups.model_dump()
    yield Rows(
        "flat groups", ("", "groups"), tuple((name.replace("_", " "), f"{count:,}") for name, count in flat.items())
    )
    if report.reward.components:
        yield _components(report)
    if report.judges is not None:
        yield from _judges(report)


def _row(name: str, quantity: Interval) -> tuple[str, ...]:
    units = "" if quantity.units is None else f"{quantity.units:,}"
    if quantity.estimate is None:
        return (name, "undefined", quantity.undefined or "", units)
    return (name, percent(quantity.estimate), f"{percent(quantity.low)} to {percent(quantity.high)}", units)


def _components(report: Report) -> Rows:
    rows = tuple(
        (one.name, _number(one.weight), _number(one.mean), percent(one.share)) for one in report.reward.components
    )
    return Rows("components", ("", "weight", "mean", "of the spread"), rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _judges(report: Report) -> Iterator[Rows]:
    judges = report.judges
    assert judges is not None, "asked only of a report with judges"
    rows = tuple(
        (
            one.name,
            f"{one.judged:,}",
            share_between(one.pass_rate),
            share(None if one.self_consistency is None else one.self_consistency.flip_rate),
            share_between(None if one.validation is None else one.validation.accuracy),
        )
        for one in judges.panel
    )
    yield Rows("judges", ("", "verdicts", "calls right", "flips", "accuracy"), rows)
    yield Rows("about the judges", ("",), tuple((line,) for line in sentences(judges)))
    if read := tuple((line,) for line in parting(judges)):
        yield Rows("read these first: reward and judges part", ("",), read)
