"""Why an audit's verdict is what it is, and what was sampled, in sentences that every format shows."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.formats.audit.judges import why
from rewardlab.formats.evidence.values import percent
from rewardlab.reports.audit import Baseline, Report
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.section import Interval


def late(report: Report) -> str:
    """The probes that time ran out for, if that keeps the run from a verdict; else empty."""
    if report.verdict != "inconclusive" or "RL204" not in report.reasons:
        return ""
    late = [name for one in report.findings if one.code == "RL204" for name in one.evidence.get("not_asked", [])]
    return f"  not asked of the reward in time: {', '.join(late)} (--examine-seconds N)"


def drawn_as(report: Report) -> str:
    """The sampling's filters, thinking and system prompt; a value that the user did not give with its source."""
    sampling, sources = report.provenance.get("sampling", {}), report.provenance.get("sampling_from", {})
    shown = [
        f"{name} {sampling[name]}" + (f" ({sources[name]})" if name in sources else "")
        for name in ("top_p", "top_k", "min_p", "repetition_penalty", "thinking", "stop")
        if name in sampling
    ]
    shown += ["a system prompt (--system)"] if "system" in sampling else []
    return ", " + ", ".join(shown) if shown else ""


def size_line(base: Baseline) -> str:
    """Generations sampled; also the number asked for, if it is larger."""
    asked = f"{base.prompts:,} prompts x {base.num_generations} generations"
    if base.generations >= base.prompts * base.num_generations:
        return asked
    each, rest = divmod(base.generations, base.prompts)
    if rest:
        return f"{base.generations:,} of {asked}"
    return f"{base.prompts:,} prompts x {each} generations ({base.num_generations} asked for)"


def reasons(report: Report) -> Iterator[str]:
    """The sentences behind the verdict: why generations fail, where the baseline lies, whether groups carry signal,
    other blockers."""
    causes = _causes(report)
    yield from (f"{cause.code} {cause.evidence['summary']}" for cause in causes)
    base, spread = report.baseline, report.spread
    told = {"RL304", "RL502", "RL601", "RL602"}
    others = [
        one for one in report.findings if one.severity == "blocker" and one not in causes and one.code not in told
    ]
    others.sort(key=lambda one: report.reasons.index(one.code) if one.code in report.reasons else len(report.reasons))
    blockers = [f"{finding.code} {finding.title}" for finding in others]
    # An accuracy that is not outside the band is no reason for a NO-GO: the blockers are, and stand before it.
    blocked = report.verdict == "no_go" and base.position in {"inside", "undecided"}
    if blocked:
        yield from blockers
    name, quantity = ("accuracy", base.accuracy) if base.band_on == "accuracy" else ("prompts solved", base.solved)
    shown = f"{name} {with_interval(quantity)}"
    band = f"the band {percent(base.band[0])} to {percent(base.band[1])}"
    match base.position:
        case "undecided":
            yield f"{shown} does not decide against {band}" + _doubt(report)
        case "inside":
            yield f"{shown}{', as the reward counts,' if blocked else ''} lies inside {band}"
        case place:
            yield f"{shown} lies {place} {band}"
    if base.labelled is not None and base.labelled.estimate is not None:
        yield f"by the labels {with_interval(base.labelled)} of the answers are right"
    share = spread.informative_groups[str(spread.group_size)]
    target = f"(target: at least {percent(spread.min_informative)})"
    if share.estimate is None:
        yield (
            f"the share of groups of {spread.group_size} that tell their generations apart is undefined: "
            f"{share.undefined} {target}"
        )
    else:
        yield (
            f"{with_interval(share)} of groups of {spread.group_size} tell their generations apart"
            f"{_standing(share, base)} {target}"
        )
    if report.judges is not None:
        yield why(report.judges)
    if not blocked:
        yield from blockers


def look(base: Baseline) -> str:
    level = next((one.level for one in (base.accuracy, base.solved) if one.level is not None), None)
    held = "" if level is None else f"intervals are at {100 * level:.4g} %, so that "
    return f"look {base.look} at this run: {held}all looks together err no oftener than one"


def _standing(share: Interval, base: Baseline) -> str:
    """How many prompts a share is computed over, if not over all of them."""
    if share.units is None or share.units == base.prompts:
        return ""
    return f", on {share.units:,} of the {base.prompts:,} prompts"


def _causes(report: Report) -> list[FindingPart]:
    """The blockers that say in a sentence why generations fail, in the order of the report's reasons."""
    found = [one for one in report.findings if one.severity == "blocker" and "summary" in one.evidence]
    return sorted(found, key=lambda one: report.reasons.index(one.code))


def _doubt(report: Report) -> str:
    for finding in report.findings:
        if finding.code == "RL603" and "why" in finding.evidence:
            return f": {finding.evidence['why']}"
    return ""


def with_interval(quantity: Interval) -> str:
    if quantity.estimate is None:
        return f"undefined ({quantity.undefined})"
    return f"{percent(quantity.estimate)} ({percent(quantity.low)} to {percent(quantity.high)})"
