"""Bedrock batch inference by files: writes a job's input from prompts, and reads generations from its output.

A record's id identifies its generation: nine characters from a hash of the prompt's id and content, and two for the
index, since AWS's documentation requires eleven letters or digits. The body is that of a Converse request (the job's
modelInvocationType is Converse).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shlex
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewardlab.engines.converse import Form, body_of, check, generation_of
from rewardlab.errors import InputError, UsageError
from rewardlab.readers.rows import Rows
from rewardlab.task import Generation, Json, Prompt, Sampling

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
#: The most generations that two characters can number.
MOST_GENERATIONS = len(DIGITS) ** 2
#: AWS's default quota of records in one input file; a job can have several files.
RECORDS_PER_FILE = 50_000
S3_PLACE = re.compile(r"s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/[-!_*'().a-zA-Z0-9]+)*/?")
ONE_RECORD = '{"recordId": ..., "modelInput": ..., "modelOutput": ...} on each line'


def record_id(prompt: Prompt, index: int) -> str:
    """The id of a generation's record: eleven letters and digits, the same on every machine."""
    digest = hashlib.sha256(f"{prompt.id}\0{prompt.digest}".encode()).digest()
    return _written(int.from_bytes(digest[:8], "big"), 9) + _written(index, 2)


def _written(number: int, width: int) -> str:
    """The last `width` digits of `number` in base 62."""
    characters = ""
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        characters = DIGITS[digit] + characters
    return characters


def write_batch(
    prompts: Sequence[Prompt], sampling: Sampling, form: Form, folder: Path, *, num_generations: int
) -> tuple[Path, ...]:
    """Write the input files of a job into `folder`, which is created; return their paths.

    Raises: EngineError for a prompt or a temperature that Bedrock does not accept; UsageError when the folder already
    has input files or cannot be written, and for more generations per prompt than a record id can number.
    """
    if num_generations > MOST_GENERATIONS:
        most = f"at most {MOST_GENERATIONS} in a batch"
        raise UsageError(f"{num_generations} generations per prompt", where="num_generations", expected=most)
    check(prompts, sampling, model=form.model)
    lines = _records(prompts, sampling, form, num_generations)
    paths: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob("input-*.jsonl")):
            raise UsageError("the folder holds a batch already", where=str(folder), do="name another, or empty it")
        while first := next(lines, None):
            paths.append(folder / f"input-{len(paths) + 1:04d}.jsonl")
            with paths[-1].open("w", encoding="utf-8") as file:
                file.write(first)
                file.writelines(itertools.islice(lines, RECORDS_PER_FILE - 1))
    except OSError as error:
        raise UsageError(f"the batch cannot be written ({error.strerror})", where=str(folder)) from None
    return tuple(paths)


def _records(prompts: Sequence[Prompt], sampling: Sampling, form: Form, num_generations: int) -> Iterator[str]:
    for prompt in prompts:
        body = json.dumps(body_of(prompt, sampling, form), ensure_ascii=False)
        for index in range(num_generations):
            yield f'{{"recordId": "{record_id(prompt, index)}", "modelInput": {body}}}\n'


def check_destination(destination: str) -> None:
    """Refuse a destination that is not a place in S3.

    Raises: UsageError.
    """
    if not S3_PLACE.fullmatch(destination):
        raise UsageError(
            f"{destination!r} is no place in S3",
            where="--batch",
            expected="s3://BUCKET/PREFIX, or a folder",
            do="a bucket's name has 3 to 63 lower-case letters, digits, - and . in it",
        )


def instructions(folder: Path, destination: str, *, model: str, prompts: str) -> str:
    """The commands that upload the input, start the job, fetch its output and read it; `destination` is in S3."""
    place = destination.rstrip("/")
    source = json.dumps({"s3InputDataConfig": {"s3Uri": f"{place}/input/"}})
    target = json.dumps({"s3OutputDataConfig": {"s3Uri": f"{place}/output/"}})
    name = "rewardlab-" + hashlib.sha256(f"{folder.resolve()}{place}".encode()).hexdigest()[:8]
    start = ["aws", "bedrock", "create-model-invocation-job", "--job-name", name, "--model-id", model]
    start += ["--model-invocation-type", "Converse", "--role-arn", "ROLE_ARN"]
    start += ["--input-data-config", source, "--output-data-config", target]
    upload = ["aws", "s3", "cp", str(folder), f"{place}/input/", "--recursive", "--exclude", "*"]
    fetch = ["aws", "s3", "cp", f"{place}/output/", str(folder / "output"), "--recursive"]
    lines = (
        "Upload the input, start the job (ROLE_ARN: a role that Bedrock may assume and that may use the bucket):",
        "  " + shlex.join([*upload, "--include", "input-*.jsonl"]),
        "  " + shlex.join(start),
        "When it is done, fetch its output and read it:",
        "  " + shlex.join(fetch),
        "  " + shlex.join(["rewardlab", "sample", prompts, "--batch-output", str(folder / "output")]),
    )
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class BatchOutput:
    """A job's results: its generations, and the number of failed records by AWS's message."""

    generations: tuple[Generation, ...]
    failed: Mapping[str, int]


def read_batch(prompts: Sequence[Prompt], paths: Sequence[Path]) -> BatchOutput:
    """Read the generations of `prompts` from a job's output files, or from folders with such files (`*.jsonl.out`).

    Raises: InputError with file:line for a line that is not a record, a record that belongs to no prompt, or a
    duplicate record; and when nothing was generated at all.
    """
    known = {record_id(prompt, 0)[:9]: prompt for prompt in prompts}
    seen: dict[str, str] = {}
    generations: list[Generation] = []
    failed: dict[str, int] = {}
    files = list(_output_files(paths))
    for path in files:
        for line, row in Rows(path, ONE_RECORD):
            where = f"{path}:{line}"
            prompt, index, identifier = _place(row, known, where=where)
            if identifier in seen:
                raise InputError(f"record {identifier} was given in {seen[identifier]}", where=where)
            seen[identifier] = where
            found = generation_of(row.get("modelOutput"), prompt_id=prompt.id, index=index, sampling=Sampling())
            if found is None:
                reason = _failure(row)
                failed[reason] = failed.get(reason, 0) + 1
            else:
                generations.append(found)
    if not generations:
        said = "; ".join(f"{count} x {reason}" for reason, count in failed.items()) or "no records"
        raise InputError(f"no record has a response ({said})", where=", ".join(map(str, paths)), expected=ONE_RECORD)
    order = {prompt.id: number for number, prompt in enumerate(prompts)}
    return BatchOutput(tuple(sorted(generations, key=lambda one: (order[one.prompt_id], one.index))), failed)


def _output_files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        held = sorted(path.rglob("*.jsonl.out"))
        if not held:
            raise InputError("no output of a batch job in the folder", where=str(path), expected="*.jsonl.out files")
        yield from held


def _place(row: Mapping[str, Json], known: Mapping[str, Prompt], *, where: str) -> tuple[Prompt, int, str]:
    """The prompt and the index that a record's id identifies, and the id."""
    identifier = row.get("recordId")
    if not isinstance(identifier, str) or len(identifier) != 11 or not set(identifier) <= set(DIGITS):
        raise InputError(f"recordId is {json.dumps(identifier)[:60]}", where=where, expected="one that --batch wrote")
    prompt = known.get(identifier[:9])
    if prompt is None:
        raise InputError(
            f"record {identifier} is of no prompt in the prompts file",
            where=where,
            expected="the prompts as they were when --batch wrote the input",
            do="name the prompts file that the batch was made of",
        )
    return prompt, DIGITS.index(identifier[9]) * len(DIGITS) + DIGITS.index(identifier[10]), identifier


def _failure(row: Mapping[str, Json]) -> str:
    error = row.get("error")
    fields = error if isinstance(error, dict) else {}
    code, message = fields.get("errorCode"), fields.get("errorMessage")
    return f"{code}: {message}" if code or message else "no message in modelOutput (not a Converse job?)"


def write_recorded(generations: Sequence[Generation], path: Path) -> None:
    """Write generations in the form that `recorded:` reads.

    Raises: UsageError when the file cannot be written.
    """
    names = ("prompt_id", "index", "text", "finish_reason", "prompt_tokens", "completion_tokens")
    try:
        with path.open("w", encoding="utf-8") as file:
            for one in generations:
                row = {name: getattr(one, name) for name in names}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=str(path)) from None
