"""The report as a person reads it in ten seconds: verdict, why, next step; then the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rewardlab.formats.audit.components import components_table
from rewardlab.formats.audit.judge_tables import tables
from rewardlab.formats.audit.judges import number, parting, sentences, why
from rewardlab.formats.display import Display
from rewardlab.formats.findings import drawn, findings_table, lines_of, percent
from rewardlab.formats.success import success_line
from rewardlab.reports.audit import Baseline, Report
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.section import Interval, visible_all

VERDICTS = {"go": ("GO", "bold green"), "no_go": ("NO-GO", "bold red"), "inconclusive": ("INCONCLUSIVE", "bold yellow")}
#: Cells of a bar, the fewest of them, and the columns of what stands beside it: a narrow page shortens only the bar.
BAR, SHORTEST_BAR, BESIDE_BAR = 24, 8, 70


def render(report: Report, display: Display) -> str:
    """The report as text, ending with a line break."""
    report = visible_all(report)
    with drawn(display) as (console, out):
        _head(console, report)
        _numbers(console, report)
        findings_table(console, report.findings, told=report.next_step.text)
        console.print(
            Text(f"\nrun {report.provenance['run']}  (rewardlab explain CODE tells more of a finding)", "dim")
        )
    return lines_of(out)


def _head(console: Console, report: Report) -> None:
    name, style = VERDICTS[report.verdict]
    base = report.baseline
    console.print(Text.assemble((name, style), f"  {report.provenance['model']}{_late(report)}"), soft_wrap=True)
    console.print(f"{_size(base)}, {report.provenance['platform']}{_drawn(report)}\n", soft_wrap=True, markup=False)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for place, reason in enumerate(why_of(report)):
        table.add_row("why" if place == 0 else "", reason)
    table.add_row("", success_line(base))
    if base.look > 1:
        table.add_row("", _look(base))
    table.add_row("next", f"{report.next_step.action}: {report.next_step.text}")
    if report.judges is not None:
        for place, line in enumerate(parting(report.judges)):
            table.add_row("read" if place == 0 else "", Text(line))
    console.print(table)


def _late(report: Report) -> str:
    """The probes that time ran out for, if that keeps the run from a verdict; else empty."""
    if report.verdict != "inconclusive" or "RL204" not in report.reasons:
        return ""
    late = [name for one in report.findings if one.code == "RL204" for name in one.evidence.get("not_asked", [])]
    return f"  not asked of the reward in time: {', '.join(late)} (--examine-seconds N)"


def _drawn(report: Report) -> str:
    """The sampling's filters, thinking and system prompt; a value that the user did not give with its source."""
    sampling, sources = report.provenance.get("sampling", {}), report.provenance.get("sampling_from", {})
    shown = [
        f"{name} {sampling[name]}" + (f" ({sources[name]})" if name in sources else "")
        for name in ("top_p", "top_k", "min_p", "repetition_penalty", "thinking", "stop")
        if name in sampling
    ]
    shown += ["a system prompt (--system)"] if "system" in sampling else []
    return ", " + ", ".join(shown) if shown else ""


def _size(base: Baseline) -> str:
    """Generations sampled; also the number asked for, if it is larger."""
    asked = f"{base.prompts:,} prompts x {base.num_generations} generations"
    if base.generations >= base.prompts * base.num_generations:
        return asked
    each, rest = divmod(base.generations, base.prompts)
    if rest:
        return f"{base.generations:,} of {asked}"
    return f"{base.prompts:,} prompts x {each} generations ({base.num_generations} asked for)"


def why_of(report: Report) -> Iterator[str]:
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
    shown = f"{name} {_with_interval(quantity)}"
    band = f"the band {percent(base.band[0])} to {percent(base.band[1])}"
    match base.position:
        case "undecided":
            yield f"{shown} does not decide against {band}" + _doubt(report)
        case "inside":
            yield f"{shown}{', as the reward counts,' if blocked else ''} lies inside {band}"
        case place:
            yield f"{shown} lies {place} {band}"
    if base.labelled is not None and base.labelled.estimate is not None:
        yield f"by the labels {_with_interval(base.labelled)} of the answers are right"
    share = spread.informative_groups[str(spread.group_size)]
    yield (
        f"{_with_interval(share)} of groups of {spread.group_size} tell their generations apart"
        f"{_standing(share, base)} (target: at least {percent(spread.min_informative)})"
    )
    if report.judges is not None:
        yield why(report.judges)
    if not blocked:
        yield from blockers


def _look(base: Baseline) -> str:
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


def _numbers(console: Console, report: Report) -> None:
    base, spread = report.baseline, report.spread
    cells = min(max(console.width - BESIDE_BAR, SHORTEST_BAR), BAR)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row(Text("\nbaseline", "bold"))
    rows = [("accuracy", base.accuracy), ("prompts solved", base.solved), ("positive rewards", base.positive)]
    rows += [(f"pass@{k}", value) for k, value in base.pass_at_k.items() if k != "1"]
    for name, quantity in rows:
        _row(table, name, quantity, cells, base, band=base.band if name == "accuracy" else None)
    table.add_row(Text("\ninformative groups", "bold"))
    for size, quantity in spread.informative_groups.items():
        _row(table, f"of {size}", quantity, cells, base)
    console.print(table)
    shares = {f"of {size}": quantity for size, quantity in spread.informative_groups.items()}
    for reason, names in _reasons({**dict(rows), **shares}).items():
        console.print(Padding(Text(f"{', '.join(names)}: undefined, {reason}", "dim"), (0, 0, 0, 2)))
    if report.reward.components:
        console.print(components_table(report.reward.components, spread.group_size))
    console.print(Padding(_spread_line(report), (1, 0, 0, 0)))
    console.print(_outcome_line(report))
    for line in (_invocations_line(report), _noise_line(report), _labels_line(report)):
        if line:
            console.print(line)
    if report.judges is not None:
        for table in tables(report.judges):
            console.print(table)
        console.print()
        for sentence in sentences(report.judges):
            console.print(Padding(Text(sentence), (0, 0, 0, 2)))


def _row(
    table: Table,
    name: str,
    quantity: Interval,
    cells: int,
    base: Baseline,
    *,
    band: tuple[float, float] | None = None,
) -> None:
    if quantity.estimate is None:
        table.add_row(f"  {name}", "-")
        return
    between = f"{percent(quantity.low)} to {percent(quantity.high)}"
    bar = _bar(quantity, cells, band)
    if quantity.units is not None and quantity.units != base.prompts:
        bar.append(f"  {quantity.units:,} prompts", "dim")
    table.add_row(f"  {name}", percent(quantity.estimate), between, bar)


def _reasons(rows: Mapping[str, Interval]) -> dict[str, list[str]]:
    """Why numbers are undefined: each reason with the names of the rows that it explains."""
    reasons: dict[str, list[str]] = {}
    for name, quantity in rows.items():
        if quantity.estimate is None:
            reasons.setdefault(quantity.undefined or "without a reason", []).append(name)
    return reasons


def _bar(quantity: Interval, cells: int, band: tuple[float, float] | None) -> Text:
    """A bar from 0 to 1: filled up to the estimate, the interval shaded, the band's ends marked."""
    low, middle, high = ((value or 0.0) * cells for value in (quantity.low, quantity.estimate, quantity.high))
    text = Text()
    for cell in range(cells):
        if cell + 0.5 < low:
            text.append("█")
        elif cell < high:
            text.append("▓" if cell + 0.5 < middle else "▒")
        else:
            text.append("·", "dim")
    if band is not None:
        text.append(f"  band {percent(band[0])} to {percent(band[1])}", "dim")
    return text


def _spread_line(report: Report) -> str:
    spread = report.spread
    flat = [f"{count} {name.replace('_', ' ')}" for name, count in spread.flat_groups.model_dump().items() if count]
    ends = f"{percent(spread.floor_share)} at the floor, {percent(spread.ceiling_share)} at the top"
    parts = [f"{spread.levels} {'level' if spread.levels == 1 else 'levels'}, {ends}"]
    if spread.within_sd is not None and spread.between_sd is not None and spread.icc is not None:
        parts.append(
            f"sd within prompts {spread.within_sd:.3f}, between {spread.between_sd:.3f}, ICC(1) {spread.icc:.2f}"
        )
    else:
        parts.append(f"variance undefined: {spread.variance_undefined}")
    parts.append("flat groups: " + (", ".join(flat) if flat else "none"))
    return "scores  " + "; ".join(parts)


def _outcome_line(report: Report) -> str:
    counts = report.reward.outcomes.model_dump()
    shown = [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count or name == "scored"]
    text = f"reward  {report.reward.entry}: " + ", ".join(shown)
    latency = report.reward.latency_ms
    return text + (f"; {latency.p50:.3g} ms a sample (p99 {latency.p99:.3g} ms)" if latency else "")


def _invocations_line(report: Report) -> str:
    """How a deployed function answered its invocations; empty for a file."""
    told = report.reward.invocations
    if told is None:
        return ""
    pace = told.pace
    calls = "invocation" if told.invocations == 1 else "invocations"
    text = f"lambda  {told.invocations:,} {calls}, {told.throttled:,} throttled, {told.repeated:,} repeated"
    if told.cold_start_seconds is not None:
        text += f", {told.cold_starts:,} cold (up to {told.cold_start_seconds:.2f} s of it)"
    if pace is None:
        return text
    return (
        f"{text}; a batch of {pace.batch} takes {pace.p50:.2f} s (p99 {pace.p99:.2f} s), so "
        f"{told.platform_concurrency} at once score {pace.samples_per_second:,.0f} samples a second "
        f"({pace.samples_per_second_needed:,.3g} needed for a step in {pace.step_within:g} s); set the concurrency to "
        f"{pace.concurrency} or more on both sides"
    )


def _noise_line(report: Report) -> str:
    noise = report.reward.noise
    if noise.noise_sd is None or noise.signal_sd is None:
        return ""
    text = f"noise   {noise.rescored:,} generations scored again: "
    if noise.noise_sd == 0:
        return text + "every score the same"
    return text + f"sd {noise.noise_sd:.3g} beside {noise.signal_sd:.3g} between generations of a prompt"


def _labels_line(report: Report) -> str:
    labels = report.reward.labels
    if labels is None:
        return ""
    ties = f" ({labels.ties:,} {'tie' if labels.ties == 1 else 'ties'} left out)" if labels.ties else ""
    return (
        f"labels  {labels.labelled:,} generations{ties}: Youden's J {number(labels.youden_j)}, AUC within prompts "
        + number(labels.auc_within_prompts)
    )


def _with_interval(quantity: Interval) -> str:
    if quantity.estimate is None:
        return f"undefined ({quantity.undefined})"
    return f"{percent(quantity.estimate)} ({percent(quantity.low)} to {percent(quantity.high)})"
