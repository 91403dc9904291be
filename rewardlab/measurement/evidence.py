"""The scores that known right and wrong answers earned: the evidence from which the success threshold is learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rewardlab.runs.kept import read_kept, save_kept

#: Right answers: the reference in a format that wins, or a sampled answer that reads as the reference.
RightSource: TypeAlias = Literal["reference", "read"]
#: Wrong answers: made up, empty, the reference of another prompt in the winning format, a made-up near miss, a sampled
#: answer scored under another prompt, or a sampled answer that reads as another value than the reference.
WrongSource: TypeAlias = Literal["made_up", "nothing", "other_reference", "near", "exchanged", "misread"]


@dataclass(frozen=True, slots=True)
class Earned:
    """The score that an answer known to be right or wrong earned under a prompt."""

    prompt_id: str
    source: RightSource | WrongSource
    score: float


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A sampled winner of one prompt (`donor`, `index`) scored under another (`prompt_id`).

    `score` is what it earned there, `own_score` what it earned under its own prompt in the same process; None where it
    was not scored. `relation`: "label" where both references are labels, "near" where they are neighbouring numbers,
    "other" where they are other answers, "row" where they are no answers (tests, a rubric), "unknown" where there are
    none.
    """

    prompt_id: str
    donor: str
    index: int
    relation: Literal["label", "near", "other", "row", "unknown"]
    own_score: float | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a reward's right and wrong answers.

    `form` is the text before and after the answer in the format that reads best, None where no reference wins.
    `exchange_note` says why no sampled winner was exchanged, empty where some were.
    """

    right: tuple[Earned, ...] = ()
    wrong: tuple[Earned, ...] = ()
    exchanged: tuple[Exchanged, ...] = ()
    form: tuple[str, str] | None = None
    exchange_note: str = ""

    def with_answers(self, right: Iterable[Earned], wrong: Iterable[Earned]) -> Evidence:
        """This evidence and more right and wrong answers."""
        return replace(self, right=(*self.right, *right), wrong=(*self.wrong, *wrong))

    def with_exchanged(self) -> Evidence:
        """This evidence with the exchanged answers counted as wrong; those without references are left out."""
        earned = [
            Earned(one.prompt_id, "exchanged", one.score)
            for one in self.exchanged
            if one.score is not None and one.relation != "unknown"
        ]
        return self.with_answers([], earned)


NOTHING_KNOWN = Evidence()


def save_evidence(folder: Path, key: str, evidence: Evidence) -> None:
    """Keep the evidence about the reward with this key in a run directory."""
    save_kept(_path(folder, key), asdict(evidence))


def read_evidence(folder: Path, key: str) -> Evidence:
    """Read the evidence about the reward with this key from a run directory; empty evidence if there is none.

    Raises: RunError when the file cannot be read.
    """
    path = _path(folder, key)
    if not path.is_file():
        return NOTHING_KNOWN
    with read_kept(path, do="delete it and the folder findings; then audit again") as values:
        return _evidence(values)


def _path(folder: Path, key: str) -> Path:
    return folder / "evidence" / f"{key}.json"


def _evidence(values: Mapping[str, Any]) -> Evidence:
    form = values["form"]
    return Evidence(
        right=_earned(values["right"]),
        wrong=_earned(values["wrong"]),
        exchanged=tuple(Exchanged(**one) for one in values["exchanged"]),
        form=None if form is None else (str(form[0]), str(form[1])),
        exchange_note=str(values["exchange_note"]),
    )


def _earned(rows: Sequence[Mapping[str, Any]]) -> tuple[Earned, ...]:
    return tuple(Earned(str(row["prompt_id"]), row["source"], float(row["score"])) for row in rows)
