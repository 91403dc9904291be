"""Loads a judge from its definition: a TOML file with a prompt text beside it, or one shipped in judges/."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from rewardlab.engines import parse_model
from rewardlab.errors import UsageError
from rewardlab.judging.declaration import Declaration, place, read_declaration
from rewardlab.judging.form import Answer, overlap, request, tokens_for
from rewardlab.judging.placeholder import PlaceholderError, check_text
from rewardlab.judging.scale import Scale, ScaleError, make_scale
from rewardlab.task import Sampling

PYTHON = "python:"
#: The engines whose models run on other machines.
REMOTE = ("openai:", "bedrock:")
#: Engine options that affect speed or access, but not what a model answers.
SILENT_OPTIONS = frozenset({
    "api_key", "base_url", "batch_size", "concurrency", "device", "endpoint_url", "gpu_memory_utilization",
    "max_num_seqs", "max_retries", "profile", "region", "tensor_parallel_size", "timeout",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million tokens."""

    prompt: float
    completion: float
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge, ready to be asked.

    `template` is the prompt text, empty for a Python judge; `criteria` fills its {criteria} for rows without their own.
    `model` is a model spec or `python:FILE:FUNCTION` with a resolved path; None if none was named. `sampling` is how
    the model is sampled, without the additions of the answer format (`verdict.response_format`). `repeats` is how often
    the judge is asked again about a sample of the generations. `source` is the file of the definition. `digest` is a
    hash of everything that can change a verdict: template, criteria, scale, answer format, sampling, engine options,
    and a Python judge's code; it excludes the model, the name, the description, the price and the success threshold.
    For a Python judge, the user (never the definition) decides which variables of the `environment` it gets, which
    `files` it may use besides its folder, and whether it may use the `network`.
    """

    name: str
    description: str
    scale: Scale
    template: str
    criteria: str | None
    model: str | None
    sampling: Sampling
    repeats: int
    answer: Answer
    engine: Mapping[str, Any]
    price: Price | None
    source: str
    digest: str
    environment: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    network: bool = False

    @property
    def is_python(self) -> bool:
        """Whether the judge is the user's own code instead of a model."""
        return self.model is not None and self.model.startswith(PYTHON)


def shipped_folder() -> Path:
    """The folder of the judges shipped with rewardlab: inside an installed package, next to it in a checkout."""
    package = Path(str(resources.files("rewardlab")))
    inside = package / "judges"
    return inside if inside.is_dir() else package.parent / "judges"


def shipped_judges() -> dict[str, Path]:
    """The definitions shipped with rewardlab, by name."""
    return {path.stem: path for path in sorted(shipped_folder().glob("*.toml"))}


def load_judge(text: str, *, folder: Path | None = None) -> Judge:
    """Read the judge that `text` names: NAME or FILE.toml, with or without @MODEL.

    Arguments: a relative FILE or MODEL is relative to `folder`, by default the working folder; a relative model in a
    definition is relative to the definition's folder.
    Raises: UsageError, with file:line where there is one, for a judge that does not exist or cannot be used.
    """
    name, model = _split(text)
    path = _path(name, folder or Path(), text)
    declared, source = read_declaration(path)
    spec = None
    if model is not None:
        spec = _model(model, folder or Path(), where=text)
    elif declared.model is not None:
        spec = _model(declared.model, path.parent, where=place(path, source, "model"))
    return _judge(declared, source, path, spec)


def _split(text: str) -> tuple[str, str | None]:
    """Split `NAME@MODEL` into definition and model; a folder's name may contain an @ too."""
    name, at, model = text.partition("@")
    file = re.fullmatch(r"(.+?\.toml)(?:(@)(.*))?", text, re.DOTALL)
    if file and name not in shipped_judges():
        name, at, model = file[1], file[2] or "", file[3] or ""
    if at and not model.strip():
        raise UsageError(f"no model behind the @ of {text!r}", expected="NAME@ENGINE:MODEL")
    return name, model if at else None


def _path(name: str, folder: Path, text: str) -> Path:
    shipped = shipped_judges()
    if name in shipped:
        return shipped[name]
    path = folder / name
    if name.endswith(".toml") and path.is_file():
        return path
    known = ", ".join(shipped)
    if name.startswith(PYTHON):
        raise UsageError(
            f"{text!r} tells no scale",
            expected=f'a definition with model = "{name}" in it, or FILE.toml@{name}',
        )
    if name.endswith(".toml"):
        raise UsageError("there is no such judge definition", where=str(path), expected=f"a file, or one of {known}")
    beside = f"; {name}.toml is a file: name it so" if name and path.with_name(path.name + ".toml").is_file() else ""
    close = difflib.get_close_matches(name, shipped, n=1)
    raise UsageError(
        f"no judge {name!r}{beside}",
        expected=("perhaps " + close[0] + "; " if close else "") + f"one of {known}, or a FILE.toml of your own",
    )


def _model(text: str, folder: Path, *, where: str) -> str:
    """The model spec, or `python:FILE:FUNCTION`, with its path resolved relative to `folder`."""
    if not text.startswith(PYTHON):
        try:
            return str(parse_model(text, folder=folder))
        except UsageError as error:
            raise UsageError(error.what, where=where, expected=error.expected, do=error.do) from None
    file, colon, function = text.removeprefix(PYTHON).rpartition(":")
    if not colon or not function.isidentifier():
        raise UsageError(f"{text!r} names no function", where=where, expected="python:FILE.py:FUNCTION")
    path = folder / file
    if not path.is_file():
        raise UsageError(f"there is no file {path}", where=where, expected="python:FILE.py:FUNCTION")
    return f"{PYTHON}{path.resolve()}:{function}"


def _judge(declared: Declaration, source: str, path: Path, model: str | None) -> Judge:
    scale = _scale(declared, source, path)
    is_python = model is not None and model.startswith(PYTHON)
    answer = _answer(declared, scale, where=place(path, source, "answer"), is_python=is_python)
    template = "" if is_python else _template(declared, source, path)
    criteria = None if declared.criteria is None else numbered(declared.criteria)
    drawn = declared.sampling
    sampling = Sampling(
        temperature=float(drawn.temperature),
        max_tokens=drawn.max_tokens or tokens_for(scale, answer, is_remote=(model or "").startswith(REMOTE)),
        seed=drawn.seed,
    )
    price = declared.price
    return Judge(
        name=declared.name or path.stem,
        description=declared.description,
        scale=scale,
        template=template,
        criteria=criteria,
        model=model,
        sampling=sampling,
        repeats=declared.repeats,
        answer=answer,
        engine=declared.engine,
        price=None if price is None else Price(float(price.prompt), float(price.completion), price.currency),
        source=str(path),
        digest=_digest(declared, scale, template, sampling, answer=answer, model=model),
    )


def numbered(criteria: str | Sequence[Any]) -> str:
    """Criteria in the form for a prompt: a text unchanged, a list as numbered lines."""
    if isinstance(criteria, str):
        return criteria.strip()
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in criteria]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _scale(declared: Declaration, source: str, path: Path) -> Scale:
    try:
        return make_scale(
            declared.kind,
            labels=None if declared.labels is None else [str(label) for label in declared.labels],
            values=declared.values,
            ends=declared.range,
            level=declared.level,
            success_at=declared.success_at,
        )
    except ScaleError as error:
        raise UsageError(error.what, where=place(path, source, error.key), expected=error.expected) from None


def _answer(declared: Declaration, scale: Scale, *, where: str, is_python: bool) -> Answer:
    answer: Answer = declared.answer or ("json" if scale.is_continuous else "choice")
    if is_python:
        return answer
    if answer == "choice" and scale.is_continuous:
        raise UsageError("a range has no labels to choose from", where=where, expected='"json" or "line"')
    pair = overlap(scale.labels)
    if answer == "line" and pair:
        raise UsageError(
            f"{pair[0]!r} begins {pair[1]!r}: a verdict cut short would be read as another",
            where=where,
            expected='answer = "choice" or "json", or labels of which none begins another',
        )
    return answer


def _template(declared: Declaration, source: str, path: Path) -> str:
    named = declared.prompt or f"{path.stem}.txt"
    file = path.parent / named
    try:
        template = file.read_text(encoding="utf-8-sig").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(
            f"the prompt text {named} cannot be read ({why})",
            where=place(path, source, "prompt"),
            expected=f"a text file beside {path.name}",
            do='name another with prompt = "FILE.txt"',
        ) from None
    try:
        check_text(template, is_pairwise=declared.kind == "pairwise")
    except PlaceholderError as error:
        raise UsageError(error.what, where=f"{file}:{error.line}", expected=error.expected) from None
    return template


def _code(model: str | None) -> str:
    """The contents of a Python judge's file in hexadecimal; empty for a model."""
    if model is None or not model.startswith(PYTHON):
        return ""
    return Path(model.removeprefix(PYTHON).rpartition(":")[0]).read_bytes().hex()


def _digest(
    declared: Declaration, scale: Scale, template: str, sampling: Sampling, *, answer: Answer, model: str | None
) -> str:
    content = {
        "scale": [scale.kind, scale.labels, scale.values],
        "template": template,
        "criteria": declared.criteria,
        "answer": [answer, request(scale, answer)],
        "sampling": [sampling.temperature, sampling.max_tokens, sampling.seed],
        "engine": {name: value for name, value in declared.engine.items() if name not in SILENT_OPTIONS},
        "code": _code(model),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]
