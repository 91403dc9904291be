"""Writes a finding as a folder that runs with plain Python: the reward, the event, and what should have come out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from rewardlab.aws.package.shipped import MODULES
from rewardlab.aws.package.sources import collect_sources, contents_of
from rewardlab.errors import RunError, UsageError
from rewardlab.platforms import Platform
from rewardlab.reports.finding import FindingPart
from rewardlab.rewards.code.sources import reward_digest
from rewardlab.rewards.deployed.function import function_named
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.runs.directory import Run
from rewardlab.runs.parts import write_atomically
from rewardlab.settings.audit import Settings
from rewardlab.viewing.contents import Contents, read_contents
from rewardlab.viewing.demands import Demand, demands
from rewardlab.viewing.expected import EVENT, EXPECTED, Expected, ExpectedSample

#: The name in the folder of the modules that call the reward as its trainer does: rewardlab need not be installed.
CALLING = "calling"
RUN, PAGE = "run.py", "README.md"


def reproduce(folder: Path, code: str, out: Path) -> int:
    """Write the reproduction of a run's finding into the new folder `out`; returns the number of its samples.

    Raises: UsageError for a finding that the run does not have, that names nothing which can be asked again, or for a
    folder that is not empty; RunError where the reward's file is gone.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("is there already", where=str(out), expected="a new folder", do="name another --repro")
    with Run.open(folder) as run:
        contents = read_contents(run)
        finding = _found(contents, code)
        wanted = demands(contents, finding)
        if not wanted:
            raise UsageError(
                f"{code} names no generation, and no made-up answer that its evidence holds whole",
                where="--repro",
                expected="a finding about single answers",
            )
        files = _files(contents, finding, wanted)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return len(wanted)


def _found(contents: Contents, code: str) -> FindingPart:
    for finding in contents.report.findings:
        if finding.code == code:
            return finding
    held = ", ".join(one.code for one in contents.report.findings) or "none"
    raise UsageError(f"{code} was not found in this run", where="--finding", expected=f"one of {held}")


def _files(contents: Contents, finding: FindingPart, wanted: Sequence[Demand]) -> dict[str, bytes]:
    """The folder's files by their names: the user's code, the modules that call it, the event and the page."""
    record, settings = contents.record, Settings.model_validate(dict(contents.run.manifest.settings))
    reward = Path(record.path)
    if function_named(reward) is not None or reward.suffix == ".zip":
        raise UsageError("is no file of code", where=record.path, do="audit the reward's file, then reproduce")
    if not reward.is_file():
        raise RunError("the reward's file is gone", where=record.path, do="put it back, or run from the same folder")
    platform = settings.profile.reading(record.place)
    samples = _samples(wanted, platform)
    expected = Expected(
        finding=finding.code,
        title=finding.title,
        reward=reward.name,
        sha256=record.sha256,
        platform=record.platform,
        entry=settings.entry,
        kind=record.kind,
        weights=settings.weights,
        arguments=dict(settings.reward_kwargs),
        timeout=record.timeout,
        memory_mb=record.memory_mb,
        success_at=contents.report.baseline.success_at,
        success_above=contents.report.baseline.success_above,
        samples=tuple(
            ExpectedSample(id=sample["id"], observed=one.observed, want=one.want, why=one.why, guard=one.guard)
            for one, sample in zip(wanted, samples, strict=True)
        ),
    )
    own = contents_of(collect_sources(reward).files)
    return {
        **{name: body for name, body in own.items() if not name.startswith(f"{CALLING}/")},
        **_calling(),
        EVENT: (json.dumps(samples, indent=1) + "\n").encode(),
        EXPECTED: (expected.model_dump_json(indent=1, by_alias=True) + "\n").encode(),
        RUN: resources.files("rewardlab.viewing").joinpath("run_repro.py").read_bytes(),
        PAGE: _page(expected, changed=reward_digest(reward) != record.sha256).encode(),
    }


def _samples(wanted: Sequence[Demand], platform: Platform) -> list[dict[str, Any]]:
    """The demands as the platform's samples, each with an id of its own."""
    samples: list[dict[str, Any]] = []
    taken: set[str] = set()
    for number, one in enumerate(wanted):
        sample: dict[str, Any] = dict(one.sample) if isinstance(one.sample, Mapping) else {}
        if one.prompt is not None and one.generation is not None:
            (sample,) = json.loads(encode_event([(sample_parts(one.prompt, platform), one.generation)]))
        identifier = str(sample.get("id"))
        if identifier in taken:
            identifier = f"{identifier}-{number}"
        taken.add(identifier)
        samples.append({**sample, "id": identifier})
    return samples


def _calling() -> dict[str, bytes]:
    """The standard-library modules that call a reward as its trainer does, under a name of their own."""
    home = resources.files("rewardlab.rewards")
    folders = sorted({name.partition(".")[0] for name in MODULES})
    names = ["__init__.py", *(f"{folder}/__init__.py" for folder in folders)]
    names += [f"{name.replace('.', '/')}.py" for name in MODULES]
    return {
        f"{CALLING}/{name}": home.joinpath(name).read_bytes().replace(b"rewardlab.rewards", CALLING.encode())
        for name in names
    }


def _page(expected: Expected, *, changed: bool) -> str:
    note = "\nThe reward's file has changed since the run: what was seen is of the older code.\n" if changed else ""
    return f"""# {expected.finding}: {expected.title}
{note}
    python {RUN}                      # scores of the reward as it was, beside what was seen and what is wanted
    python {RUN} your_reward.py       # the same of a mended one, without isolation
    rewardlab verify . your_reward.py # in rewardlab's isolated worker: exit code 0 if it is mended, 1 if not

`{EVENT}` holds the samples as the platform sends them, `{EXPECTED}` what each earned and should earn, `{CALLING}/` the
modules that call a reward as its trainer does. rewardlab need not be installed for `{RUN}`.
"""
