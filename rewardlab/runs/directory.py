"""The run directory: everything an audit sampled and scored, written so that a kill at any moment loses nothing.

    run.json              settings, seeds, versions, hashes of inputs, the rewards that scored it, its judges
    prompts.jsonl         the prompts as they were read
    generations/*.parquet what was sampled
    scores/KEY/*.parquet  what each reward gave, by the reward's key
    trainer_scores/*.parquet  what the trainer's own reward gave them, where a recording tells it
    rescores/KEY/*.parquet  some of them scored again, to see the reward's noise
    judgments/KEY/*.parquet  what each judge answered, by the judge's key
    designs/KEY.json      the probability that it is asked about each generation, if not about all
    labels.csv            known truth, where it was given
    findings/KEY.json     what an examination of that reward, without the model, found
    invocations/KEY.json  what invoking that reward was like, where it is a deployed function
    report.json           the last report
    report.html           the same as a page, with the generations
    *.log                 what the reward, Python judges and the engines printed

A part is written to a temporary name, synced and renamed, generations always before the scores that refer to them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, Self, TypeAlias

from rewardlab.errors import InputError, RunError, UsageError
from rewardlab.findings import CATALOGUE, RANK, Finding
from rewardlab.readers.prompts import read_prompts
from rewardlab.readers.reading import KEPT, PLAIN, Reading
from rewardlab.runs.kept import read_kept, save_kept
from rewardlab.runs.manifest import JudgeRecord, Manifest, RewardRecord, read_manifest
from rewardlab.runs.parts import (
    GENERATION_SCHEMA,
    RESCORE_SCHEMA,
    SCORE_SCHEMA,
    TRAINER_SCHEMA,
    Parts,
    write_atomically,
)
from rewardlab.task import Prompt

#: The lowest and highest value of each named component of a reward.
Ranges: TypeAlias = Mapping[str, tuple[float, float]]
#: What the user declared about a reward's scores: the ends of their range, the success threshold, and a hash of the
#: examples of right answers; each is None if it was not declared.
Declared: TypeAlias = list[float | str | None]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_print(path: Path) -> str | None:
    """A hash of the name, size and time of a file, or of every file in a folder; None if there is no file."""
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    prints = [f"{file.name}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in files if file.is_file()]
    return hashlib.sha256("\n".join(prints).encode()).hexdigest()[:16] if prints else None


class Run:
    """An open run directory; one process at a time holds it. Use as a context manager."""

    def __init__(self, folder: Path, manifest: Manifest, lock: IO[bytes]):
        self.folder, self.manifest, self._lock = folder, manifest, lock
        self._prompts: tuple[Prompt, ...] | None = None
        self._reading = PLAIN

    @classmethod
    def create(cls, folder: Path, manifest: Manifest, prompts: Sequence[Prompt]) -> Run:
        """Make a new run directory and hold it.

        Raises: RunError when the folder cannot be made, or holds something else.
        """
        _check_name(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            strangers = [path.name for path in folder.iterdir() if path.name not in {"lock", "prompts.jsonl"}]
            if any(not name.startswith(".") for name in strangers):
                raise RunError(
                    f"the folder is not empty ({strangers[0]}) and holds no run.json",
                    where=str(folder),
                    do="name a new folder with --out",
                )
            lock = _hold(folder)
        except OSError as error:
            raise RunError(f"the run directory cannot be made ({error.strerror})", where=str(folder)) from None
        run = cls(folder, manifest, lock)
        run.save_prompts(prompts)
        run.update(manifest)
        return run

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Hold an existing run directory.

        Raises: RunError when it is none, or another process holds it.
        """
        _check_name(folder)
        if not folder.is_dir():
            raise RunError("no such run directory", where=str(folder), expected="a folder that an audit wrote")
        lock = _hold(folder)
        try:
            return cls(folder, read_manifest(folder), lock)
        except RunError:
            lock.close()
            raise

    def update(self, manifest: Manifest) -> None:
        """Replace run.json.

        Raises: RunError if another folder has taken this one's place meanwhile: the run's files would be torn apart.
        """
        self._check_held()
        self.manifest = manifest
        write_atomically(self.folder / "run.json", json.dumps(asdict(manifest), indent=2).encode())

    def _check_held(self) -> None:
        try:
            is_held = os.path.samestat(os.fstat(self._lock.fileno()), (self.folder / "lock").stat())
        except OSError:
            is_held = False
        if not is_held:
            raise RunError(
                "was removed or replaced while it was written",
                where=str(self.folder),
                do="leave a run's folder alone until its command ends; run the command again",
            )

    def save_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Replace prompts.jsonl; every row carries its id."""
        rows = [_saved(prompt) for prompt in prompts]
        lines = [json.dumps(row) for row in rows]
        write_atomically(self.folder / "prompts.jsonl", ("\n".join(lines) + "\n").encode())
        self._prompts = tuple(
            replace(prompt, row=row, line=line) for line, (prompt, row) in enumerate(zip(prompts, rows, strict=True), 1)
        )
        self._reading = PLAIN

    def prompts(self) -> tuple[Prompt, ...]:
        """The prompts of this run.

        Raises: RunError when they cannot be read.
        """
        if self._prompts is None:
            try:
                self._prompts = read_prompts(self.folder / "prompts.jsonl", KEPT)
            except InputError as error:
                raise RunError("the run's prompts are damaged", where=error.where) from None
            self._reading = PLAIN
        return self._prompts

    def read_as(self, reading: Reading) -> None:
        """From now on, `prompts` are those of this run as `reading` reads their rows: with another reference, say.

        Raises: InputError where their rows cannot be read so; UsageError where what was asked of the model would then
        be something else; RunError as `prompts`.
        """
        if reading == self._reading:
            return
        self._prompts = None
        kept = self.prompts()
        if reading != PLAIN:
            formats = reading.formats or KEPT.formats
            found = read_prompts(self.folder / "prompts.jsonl", replace(reading, formats=formats))
            for before, after in zip(kept, found, strict=True):
                if (before.id, before.messages) != (after.id, after.messages):
                    raise UsageError(
                        f"prompt {before.id!r} was sampled as it stands in the run, and would read otherwise",
                        where=str(self.folder / "prompts.jsonl"),
                        expected="--columns reference=COLUMN or right=COLUMN",
                    )
            self._prompts = found
        self._reading = reading

    @property
    def generations(self) -> Parts:
        return Parts(self.folder / "generations", GENERATION_SCHEMA)

    @property
    def labels(self) -> Path:
        """The path of the run's labels; the file does not exist if none were given."""
        return self.folder / "labels.csv"

    def scores(self, key: str) -> Parts:
        """The scores of the reward with this key."""
        return Parts(self.folder / "scores" / key, SCORE_SCHEMA)

    def rescores(self, key: str) -> Parts:
        """The scores that the reward with this key gave when it was asked again about the same generations."""
        return Parts(self.folder / "rescores" / key, RESCORE_SCHEMA, key=("prompt_id", "index", "time"))

    @property
    def trainer_scores(self) -> Parts:
        """What the trainer's own reward gave, where the generations were recorded with it."""
        return Parts(self.folder / "trainer_scores", TRAINER_SCHEMA, key=("prompt_id", "index", "name"))

    def add_trainer_scores(self, scores: Sequence[tuple[str, int, str, float]]) -> None:
        """Keep those that are not kept yet: prompt id, index, reward function, score."""
        held = {tuple(row.values()) for row in self.trainer_scores.read(["prompt_id", "index", "name"]).to_pylist()}
        new = [one for one in scores if one[:3] not in held]
        if new:
            names = TRAINER_SCHEMA.names
            self.trainer_scores.append(
                dict(zip(names, (list(column) for column in zip(*new, strict=True)), strict=True))
            )

    def save_findings(
        self, key: str, findings: Sequence[Finding], *, declared: Declared, components: Ranges | None = None
    ) -> None:
        """Keep what an examination of the reward with this key found, and which declarations it was made with.

        `components` are the ranges of the components over the made-up answers; None keeps those saved before.
        """
        ranges = self.component_ranges(key) if components is None else components
        kept = {
            "declared": declared,
            "labels": self._labels_digest(),
            "components": ranges,
            "findings": [asdict(finding) for finding in findings],
        }
        save_kept(self._findings(key), kept)

    def findings(self, key: str, *, declared: Declared | None = None) -> tuple[Finding, ...] | None:
        """What the examination of that reward found; None if there was none yet.

        With `declared`, also None if the examination was made with other declarations or other labels.
        Raises: RunError when the file cannot be read.
        """
        if not self._findings(key).is_file():
            return None
        with self._examined(key) as kept:
            made_with = kept["declared"], kept.get("labels")
            if declared is not None and made_with != (declared, self._labels_digest()):
                return None
            return tuple(_finding(values) for values in kept["findings"])

    def _labels_digest(self) -> str | None:
        return sha256_of(self.labels) if self.labels.is_file() else None

    def component_ranges(self, key: str) -> Ranges:
        """The lowest and highest value of each component of that reward over made-up answers; empty if not known.

        Raises: RunError when the file cannot be read.
        """
        if not self._findings(key).is_file():
            return {}
        with self._examined(key) as kept:
            return {name: (float(low), float(high)) for name, (low, high) in kept.get("components", {}).items()}

    def _examined(self, key: str) -> AbstractContextManager[Any]:
        """What was saved of an examination; if the body cannot read it, a RunError says so."""
        return read_kept(self._findings(key), do="delete it; the same command examines again")

    def save_traffic(self, key: str, traffic: Mapping[str, Any]) -> None:
        """Keep how the deployed reward with this key answered its invocations."""
        save_kept(self.folder / "invocations" / f"{key}.json", traffic)

    def traffic(self, key: str) -> Mapping[str, Any] | None:
        """What `save_traffic` kept of that reward; None if it kept nothing.

        Raises: RunError when the file cannot be read.
        """
        path = self.folder / "invocations" / f"{key}.json"
        if not path.is_file():
            return None
        with read_kept(path, do="delete it") as kept:
            return dict(kept)

    def _findings(self, key: str) -> Path:
        return self.folder / "findings" / f"{key}.json"

    def add_reward(self, record: RewardRecord) -> None:
        """Note a reward that is about to score; reports are about the last one noted."""
        others = tuple(other for other in self.manifest.rewards if other.key != record.key)
        self.update(replace(self.manifest, rewards=(*others, replace(record, finished=False))))

    def finish_reward(self, key: str) -> None:
        """Note that the reward with this key scored everything and was examined."""
        rewards = tuple(replace(one, finished=True) if one.key == key else one for one in self.manifest.rewards)
        self.update(replace(self.manifest, rewards=rewards))

    def add_judge(self, record: JudgeRecord) -> None:
        """Note a judge; an earlier one that it replaces leaves the panel, but its judgments stay."""
        same = [one for one in self.manifest.judges if one.key == record.key]
        noted = replace(record, versions=same[0].versions) if same else record
        others = [one for one in self.manifest.judges if not one.is_replaced_by(record)]
        self.update(replace(self.manifest, judges=(*others, noted)))

    def close(self) -> None:
        """Release the directory."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _saved(prompt: Prompt) -> Mapping[str, Any]:
    """The prompt's row, with the prompt's id where the row has none or null."""
    return {"id": prompt.id} | {key: value for key, value in prompt.row.items() if key != "id" or value is not None}


def _finding(values: Mapping[str, Any]) -> Finding:
    """Raises: TypeError, ValueError or KeyError for values that are no finding of this catalogue."""
    finding = Finding(**values)
    if finding.code not in CATALOGUE or finding.severity not in RANK:
        raise ValueError(f"no finding {finding.code} {finding.severity}")
    return replace(finding, evidence=dict(finding.evidence))


def _check_name(folder: Path) -> None:
    """Raises: RunError for a name that is no UTF-8: Parquet's reader takes no other."""
    try:
        os.fspath(folder).encode()
    except UnicodeEncodeError:
        raise RunError("the folder's name is not UTF-8", where=str(folder), do="name another folder") from None


def _hold(folder: Path) -> IO[bytes]:
    lock = (folder / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise RunError("another rewardlab is using it", where=str(folder), do="wait for it, or stop it") from None
    return lock


def discard_if_empty(folder: Path) -> None:
    """Remove a run directory in which nothing was sampled, so that a failed start leaves nothing behind."""
    if (folder / "generations").exists() or (folder / "scores").exists():
        return
    for name in ("run.json", "prompts.jsonl", "lock", "labels.csv", "reward.log", "engine.log", "examination.log"):
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()
