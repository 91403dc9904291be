"""The report as a person reads it in ten seconds: verdict, why, next step; then the numbers."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rewardlab.formats.audit.components import components_table
from rewardlab.formats.audit.judge_tables import tables
from rewardlab.formats.audit.judges import number, parting, sentences
from rewardlab.formats.audit.reasons import drawn_as, late, look, reasons, size_line
from rewardlab.formats.display import Display
from rewardlab.formats.evidence.values import percent
from rewardlab.formats.findings import drawn, findings_table, lines_of
from rewardlab.formats.success import success_line
from rewardlab.formats.verdicts import STYLES, WORDS
from rewardlab.reports.audit import Baseline, Report
from rewardlab.reports.section import Interval, visible_all

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
    name, style = WORDS[report.verdict], STYLES[report.verdict]
    base = report.baseline
    console.print(Text.assemble((name, style), f"  {report.provenance['model']}{late(report)}"), soft_wrap=True)
    console.print(
        f"{size_line(base)}, {report.provenance['platform']}{drawn_as(report)}\n", soft_wrap=True, markup=False
    )
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for place, reason in enumerate(reasons(report)):
        table.add_row("why" if place == 0 else "", reason)
    table.add_row("", success_line(base))
    if base.look > 1:
        table.add_row("", look(base))
    table.add_row("next", f"{report.next_step.action}: {report.next_step.text}")
    if report.judges is not None:
        for place, line in enumerate(parting(report.judges)):
            table.add_row("read" if place == 0 else "", Text(line))
    console.print(table)


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
