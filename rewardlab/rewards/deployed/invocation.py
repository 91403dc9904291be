"""Reads the reply to one synchronous invocation of a deployed function: its answer, or how it failed."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewardlab.errors import RewardError
from rewardlab.outcome import Reason, Unscored
from rewardlab.rewards.isolation.reply import Answer, Reply

#: The runtime's error types for code that cannot be loaded.
UNLOADABLE = (
    "Runtime.ImportModuleError",
    "Runtime.HandlerNotFound",
    "Runtime.UserCodeSyntaxError",
    "Runtime.MalformedHandlerName",
    "Runtime.InvalidEntrypoint",
)
#: The runtime's error types for a process that has ended.
DEAD = ("Runtime.ExitError", "Runtime.OutOfMemory", "Runtime.Unknown", "Runtime.InvalidWorkingDir", "Extension.Crash")
TIMED_OUT = re.compile(r"Task timed out after [\d.]+ seconds")
REQUEST = re.compile(r"^RequestId: \S+ (?:Error: )?")
PLACE = re.compile(r'File "(?:[^"]*/)?([^"/]+)", line (\d+)')
#: The beginnings of lines that Lambda itself writes into a function's log, in its two formats.
PLATFORM_LINES = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START", "XRAY TraceId", '{"time":"')
INIT = re.compile(r"Init Duration: ([\d.]+) ms|\"initDurationMs\": ?([\d.]+)")
PEAK = re.compile(r"Max Memory Used: (\d+) MB|\"maxMemoryUsedMB\": ?(\d+)")
SHOWN = 300


@dataclass(frozen=True, slots=True)
class Tail:
    """Facts from the last 4 KB of an invocation's log: the cold start's seconds, peak memory in MB, the last line."""

    init_seconds: float | None = None
    peak_mb: int | None = None
    last_line: str = ""


def read_tail(encoded: str | None) -> Tail:
    """Read the base64 log that comes with an answer if requested (`LogType="Tail"`)."""
    try:
        text = base64.b64decode(encoded or "", validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return Tail()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith(PLATFORM_LINES) and not TIMED_OUT.search(line)]
    init, peak = _number(INIT, text), _number(PEAK, text)
    return Tail(
        init_seconds=None if init is None else init / 1000,
        peak_mb=None if peak is None else int(peak),
        last_line=own[-1][:SHOWN] if own else "",
    )


def _number(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return float(next(group for group in found.groups() if group)) if found else None


def read_reply(payload: bytes, *, error: str | None, tail: Tail, seconds: float, where: str) -> Reply:
    """The Answer, or why there is none; `error` is the reply's FunctionError, None if the function returned.

    Raises: RewardError when the function's code cannot be loaded at all.
    """
    try:
        value: Any = json.loads(payload)
    except (ValueError, RecursionError) as broken:
        if error is None:
            return Unscored("invalid", f"RL101 the return value cannot be read as JSON: {broken}", seconds)
        value = {"errorMessage": payload.decode(errors="replace")}
    if error is None:
        return Answer(value, seconds)
    detail = value if isinstance(value, dict) else {"errorMessage": str(value)}
    kind, message = str(detail.get("errorType") or ""), _text(detail.get("errorMessage"))
    if kind in UNLOADABLE:
        raise RewardError(
            f"the function's code cannot be loaded ({kind}: {message})", where=where, do="deploy it again"
        )
    reason = _reason(kind, message)
    return Unscored(reason, _detail(reason, kind, message, detail, tail), seconds)


def _reason(kind: str, message: str) -> Reason:
    if kind == "Sandbox.Timedout" or TIMED_OUT.search(message):
        return "timed_out"
    if kind in DEAD or "Runtime exited" in message:
        return "crashed"
    if kind in {"Runtime.MarshalError", "Function.ResponseSizeTooLarge"}:
        return "invalid"
    return "raised"


def _detail(reason: Reason, kind: str, message: str, error: Mapping[str, Any], tail: Tail) -> str:
    """What happened, in words that do not change between repeats: without a request's id or a time of day."""
    if reason == "invalid":
        return f"{'RL101' if kind == 'Runtime.MarshalError' else 'RL205'} {kind}: {message}"
    if reason == "raised":
        place = _place(error.get("stackTrace"))
        return f"{kind}: {message}".removeprefix(": ").removesuffix(": ") + (f" ({place})" if place else "")
    found = TIMED_OUT.search(message)
    said = found[0] if found else f"{kind}: {message}".removeprefix(": ")
    peak = f"peak memory {tail.peak_mb} MB" if reason == "crashed" and tail.peak_mb is not None else ""
    logged = f"last line of its log: {tail.last_line}" if tail.last_line else ""
    return "; ".join(part for part in (said, peak, logged) if part)


def _place(trace: Any) -> str:
    """`file:line` of the innermost frame in the runtime's stack trace; empty if it has none."""
    frames: Sequence[Any] = trace if isinstance(trace, list) else []
    found = [place for frame in frames if (place := PLACE.search(str(frame)))]
    return f"{found[-1][1]}:{found[-1][2]}" if found else ""


def _text(message: Any) -> str:
    return REQUEST.sub("", " ".join(str(message if message is not None else "").split()))[:SHOWN]
