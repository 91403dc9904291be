"""The members of a run's panel: each judge with its record in the run and the key of its judgments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rewardlab.engines import check_spec, parse_model
from rewardlab.errors import UsageError
from rewardlab.judging.definition import Judge, shipped_judges
from rewardlab.runs.directory import files_print
from rewardlab.runs.manifest import JudgeRecord

#: No reading of its own.
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Member:
    """A judge and its record in the run."""

    judge: Judge
    record: JudgeRecord


def convene(
    judges: Sequence[Judge], held: Sequence[JudgeRecord] = (), *, reading: Mapping[str, Any] = NOTHING
) -> tuple[Member, ...]:
    """The judges with their records; a name that another judge, or one in `held`, already has gets the model appended.

    `reading` says how the prompts are read, where not as the audit did: another reference makes another question.
    Raises: UsageError for a judge without a model, one whose model answers from a file, or one that is named twice.
    """
    members: list[Member] = []
    for judge in judges:
        record = _record(judge, reading)
        for other in members:
            if other.record.key == record.key:
                raise UsageError(
                    f"the judges {other.record.name!r} and {judge.name!r} are one and the same",
                    where="--judge",
                    expected="each judge once: a panel needs judges that can differ",
                )
        others = [one.record for one in members] + [one for one in held if not one.is_replaced_by(record)]
        members.append(Member(judge, replace(record, name=_free_name(record, {one.name for one in others}))))
    return tuple(members)


def check_models(members: Sequence[Member]) -> None:
    """Refuse, before anything is sampled, a judge whose model does not exist.

    Raises: EngineError.
    """
    for member in members:
        if member.judge.model is not None and not member.judge.is_python:
            check_spec(parse_model(member.judge.model))


def _record(judge: Judge, reading: Mapping[str, Any]) -> JudgeRecord:
    if judge.model is None:
        raise UsageError(
            f"the judge {judge.name!r} names no model",
            where="--judge",
            do=_how_to_name_a_model(judge),
        )
    model, files = judge.model, None
    if not judge.is_python:
        spec = parse_model(judge.model)
        if spec.engine == "recorded":
            raise UsageError(
                f"the judge {judge.name!r} has the model {judge.model}",
                where="--judge",
                expected="one that can be asked",
            )
        path = Path(spec.model)
        model = f"{spec.engine}:{path.resolve()}" if path.exists() else str(spec)
        files = files_print(path)
    said = [judge.digest, model, files, *([dict(reading)] if reading else [])]
    key = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
    scale, price = judge.scale, judge.price
    return JudgeRecord(
        key=key,
        name=judge.name,
        source=str(Path(judge.source).resolve()),
        model=model,
        kind=scale.kind,
        level=scale.level,
        labels=scale.labels,
        values=scale.values,
        success_at=scale.success_at,
        digest=judge.digest,
        price=(price.prompt, price.completion) if price is not None else None,
        currency=price.currency if price is not None else "USD",
    )


def _how_to_name_a_model(judge: Judge) -> str:
    """The remedy for a judge without a model: names a shipped judge by name, a file relative to the working folder."""
    path = Path(judge.source)
    if shipped_judges().get(path.stem) == path:
        return f"write --judge {path.stem}@ENGINE:MODEL"
    here = Path.cwd()
    named = path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path
    return f"write --judge {named}@ENGINE:MODEL, or model in its definition"


def _free_name(record: JudgeRecord, taken: set[str]) -> str:
    names = (record.name, f"{record.name}@{record.model}", f"{record.name}@{record.model} ({record.key})")
    return next(name for name in names if name not in taken)
