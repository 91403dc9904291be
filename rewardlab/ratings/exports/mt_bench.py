"""Reads MT-Bench judgments: pairs judged in both orders, votes for one of two models, and scores of single answers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given, cells_of, counted
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role

_PAIR = {"question_id", "model_1", "model_2", "g1_winner", "g2_winner", "judge"}
_VOTE = {"question_id", "model_a", "model_b", "winner", "judge"}
_SINGLE = {"question_id", "model", "score", "judge"}
_SWAPPED = {"model_1": "model_2", "model_2": "model_1"}
_SIDES = {"model_a": "model_1", "model_b": "model_2"}


def read(records: Records, question: str | None) -> Export | None:
    """The judgments, with the judges as raters; for a single judge of pairs, the two orders are the raters.

    With several judges, a judge's rating of a pair is the winner of both games, or a tie if the games differ, as in
    MT-Bench's own tables.
    """
    if question is not None:
        return None
    for needed, reader in ((_PAIR, _pairs), (_VOTE, _votes), (_SINGLE, _scores)):
        if all(needed <= set(row) for row in records.rows):
            return reader(records)
    return None


def _pairs(records: Records) -> Export:
    judges = _judges(records)
    given: list[Given] = []
    for at, (row, judge) in enumerate(zip(records.rows, judges, strict=True)):
        unit, turned = _pair(row, str(row["model_1"]), str(row["model_2"]))
        games = [_winner(row[name], turned=turned) for name in ("g1_winner", "g2_winner")]
        if len(set(judges)) == 1:
            given += [Given(unit, f"{judge}, game {number}", won, at) for number, won in enumerate(games, 1)]
        else:
            both = None if None in games else games[0] if games[0] == games[1] else "tie"
            given.append(Given(unit, judge, both, at))
    note = (
        f"All judgments are {judges[0]}'s: its two games, in which the answers change places, are compared."
        if len(set(judges)) == 1
        else "A judge's winner is that of both games, or a tie where they differ."
    )
    return _export(records, given, "g1_winner, g2_winner", (note,))


def _votes(records: Records) -> Export:
    judges = _judges(records)
    given = []
    for at, (row, judge) in enumerate(zip(records.rows, judges, strict=True)):
        unit, turned = _pair(row, str(row["model_a"]), str(row["model_b"]))
        said = str(row["winner"])
        won = "tie" if said.startswith("tie") else _SIDES.get(said, said)
        given.append(Given(unit, judge, _winner(won, turned=turned), at))
    return _export(records, given, "winner", ())


def _scores(records: Records) -> Export:
    judges = _judges(records)
    if len(set(judges)) == 1:
        raise InputError(
            f"holds the scores of one judge, {judges[0]}",
            where=records.source,
            expected="those of two or more",
            do="name the files of several judges, as in",
            lines="    rewardlab agree gpt-4_single.jsonl claude-3_single.jsonl",
        )
    given = [
        Given(f"{row['question_id']} {row['model']} turn {row.get('turn', 1)}", judge, _score(row["score"]), at)
        for at, (row, judge) in enumerate(zip(records.rows, judges, strict=True))
    ]
    return _export(records, given, "score", ())


def _export(records: Records, given: list[Given], rating: str, notes: tuple[str, ...]) -> Export:
    failed = sum(one.rating is None for one in given)
    roles = (
        Role("question_id, models, turn", "unit", "what an MT-Bench judgment is about"),
        Role("judge", "rater", "who judged"),
        *(Role(name, "rating", "what was judged") for name in rating.split(", ")),
    )
    notes = (*notes, *counted(failed, "judgments that failed (error, or a score of -1)"))
    return Export("MT-Bench", given, roles, notes, cells_of(records.rows))


def _pair(row: Record, one: str, other: str) -> tuple[str, bool]:
    """The unit of a pair, independent of the order of its models, and whether the models were swapped for it."""
    turned = one > other
    first, second = (other, one) if turned else (one, other)
    return f"{row['question_id']} {first} against {second} turn {row.get('turn', 1)}", turned


def _winner(said: Any, *, turned: bool) -> str | None:
    won = str(said)
    if won == "error":
        return None
    return _SWAPPED.get(won, won) if turned else won


def _score(said: Any) -> Any:
    return None if said == -1 else said


def _judges(records: Records) -> list[str]:
    """The name of each row's judge, with its prompt's name if one judge rated a unit with several prompts."""
    full = [row["judge"] for row in records.rows]
    short = [str(one[0]) if isinstance(one, list) and one else str(one) for one in full]
    keys = ("question_id", "model", "model_1", "model_2", "model_a", "model_b", "turn")
    seen = Counter((name, *(str(row.get(key)) for key in keys)) for name, row in zip(short, records.rows, strict=True))
    if max(seen.values()) == 1:
        return short
    return [" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in full]
