"""The tables about judges that a person reads: each judge, each two judges, the share of right answers, the cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rewardlab.formats.evidence.values import percent
from rewardlab.reports.judges import Agreement, Confusion, Judge, Judges
from rewardlab.reports.section import Interval

AGAINST = {"labels": "the labels", "reward": "the reward", "consensus": "what most judges say"}
#: With at most so many judges, alpha of each two is shown; the JSON report always holds all pairs.
MOST_PAIRED = 6
#: Characters of the names that head columns, all together; longer names are replaced by numbers.
ROOM = 40


def tables(judges: Judges) -> Iterator[Table]:
    """The tables about judges; empty ones are left out."""
    yield _panel(judges)
    for found in judges.agreements:
        if 2 < len(found.judges) <= MOST_PAIRED:
            yield _pairs(found)
    corrected = [judge for judge in judges.panel if _is_corrected(judge)]
    if corrected:
        yield _pass_rates(corrected)
    if judges.dawid_skene is not None and judges.dawid_skene.judges:
        yield _latent(judges.dawid_skene.judges)
    asked = [judge for judge in judges.panel if judge.usage.prompt_tokens is not None or judge.usage.cost is not None]
    if asked:
        yield _cost(asked)


def _panel(judges: Judges) -> Table:
    """One row for each judge: the share it calls right, how often it flips, and its accuracy."""
    known = next((judge.validation.against for judge in judges.panel if judge.validation is not None), None)
    heads = ("judges", "verdicts", "calls right", "flips", "accuracy" if known is None else f"as {AGAINST[known]}")
    rows = []
    for judge in judges.panel:
        flips = None if judge.self_consistency is None else judge.self_consistency.flip_rate
        if judge.position is not None:  # the other order is a repeat too, and finds more flips
            flips = judge.position.hard_flips
        accuracy = None if judge.validation is None else judge.validation.accuracy
        rows.append((judge.name, f"{judge.judged:,}", share(judge.pass_rate), share(flips), share_between(accuracy)))
    return _grid(heads, rows)


def _pairs(found: Agreement) -> Table:
    """Alpha of each two judges, above the diagonal."""
    alpha = {(pair.first, pair.second): pair.alpha for pair in found.pairs}
    rows = [
        (one, *("" if (one, other) not in alpha else _alpha(alpha[one, other]) for other in found.judges[1:]))
        for one in found.judges
    ]
    heads = found.judges[1:]
    if sum(map(len, heads)) > ROOM:
        heads = tuple(str(number) for number in range(2, len(found.judges) + 1))
        rows = [(f"{number} {one}", *cells) for number, (one, *cells) in enumerate(rows, start=1)]
    else:
        del rows[-1]
    title = "alpha of two" if found.alpha.about != "preferences" else "on pairs"
    return _grid((title, *heads), rows)


def _alpha(value: float | None) -> str:
    return "-" if value is None else two(value)


def _is_corrected(judge: Judge) -> bool:
    found = judge.validation
    return found is not None and any(
        one.estimate is not None for one in (found.pass_rate_powered, found.pass_rate_corrected)
    )


def _pass_rates(judges: Sequence[Judge]) -> Table:
    """The share of right answers, corrected with the labels for each judge's errors."""
    rows = []
    for judge in judges:
        found = judge.validation
        assert found is not None, "only a judge that was held against labels is shown"
        rows.append((judge.name, share_between(found.pass_rate_powered), share_between(found.pass_rate_corrected)))
    return _grid(("right in the run, by", "labels and verdicts (PPI)", "Rogan-Gladen"), rows)


def _latent(judges: Sequence[Confusion]) -> Table:
    """Each judge's errors, estimated from the verdicts alone."""
    heads = ("judges alone", "right: as right", "as wrong", "wrong: as right", "as wrong")
    rows = [
        (one.judge, *(_cell(one.matrix[truth][verdict]) for truth, verdict in ((1, 1), (1, 0), (0, 1), (0, 0))))
        for one in judges
    ]
    return _grid(heads, rows)


def _cell(value: float | None) -> str:
    return "-" if value is None else percent(value)


def _cost(judges: Sequence[Judge]) -> Table:
    """How much each judge was asked, and what it cost."""
    priced = any(judge.usage.cost is not None for judge in judges)
    heads = ("asked", "questions", "prompt tokens", "completion tokens", *(("cost",) if priced else ()))
    rows = []
    for judge in judges:
        usage = judge.usage
        counts = (_count(usage.questions), _count(usage.prompt_tokens), _count(usage.completion_tokens))
        money = "-" if usage.cost is None else f"{usage.cost:.2f} {usage.currency}"
        rows.append((judge.name, *counts, *((money,) if priced else ())))
    return _grid(heads, rows)


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Names to the left, folded where they are long, and numbers to the right."""
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    for _ in heads[1:]:
        table.add_column(justify="right", no_wrap=True)
    table.add_row(*(Text(f"\n{head}", "bold" if place == 0 else "dim") for place, head in enumerate(heads)))
    for name, *cells in rows:
        table.add_row(Padding(Text(name), (0, 0, 0, 2)), *cells)
    return table


def two(value: float) -> str:
    """Two decimals, and no minus sign before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def share(quantity: Interval | None) -> str:
    """A share in percent, a dash where there is none."""
    return "-" if quantity is None or quantity.estimate is None else percent(quantity.estimate)


def share_between(quantity: Interval | None) -> str:
    """A share in percent, with its interval if it has one."""
    if quantity is None or quantity.low is None or quantity.high is None:
        return share(quantity)
    low, high = (percent(end).removesuffix(" %") for end in (quantity.low, quantity.high))
    return f"{share(quantity)} ({low} to {high})"


def _count(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"
