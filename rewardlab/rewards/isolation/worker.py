"""The program of the process that runs the user's reward code: `python -m rewardlab.rewards.isolation.worker`.

It reads events and writes replies as length-prefixed JSON on two descriptors of its own, so that whatever the reward
prints goes to the log and cannot disturb them. Standard library only; started fresh, never forked.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rewardlab.rewards.code.entry import Chosen, EntryError, load
from rewardlab.rewards.code.shim import TokensMissing, describe, invoke, told, wrap
from rewardlab.rewards.events.foreign import as_written, tell
from rewardlab.rewards.events.lookups import watched
from rewardlab.rewards.fence.denials import Denials
from rewardlab.rewards.fence.fence import Plan, raise_fence
from rewardlab.rewards.fence.kernel import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, prctl
from rewardlab.rewards.isolation.asked import Asked, load_asked
from rewardlab.rewards.isolation.clock import OwnClock
from rewardlab.rewards.trainers.loop import thread_id

#: The longest message that is accepted.
MOST_BYTES = 1 << 29
HEADER = struct.Struct(">Q")
GIB = 1 << 30
#: The largest file that a reward may write.
MOST_FILE_BYTES = 4 * GIB
#: How often the peak of memory is read; since it never falls, the next reading includes any growth in between.
LOOK_SECONDS = 0.02


class Context:
    """The context object that Lambda passes to a handler besides the event."""

    function_name = "rewardlab-SageMaker-audit"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:rewardlab-SageMaker-audit"
    log_group_name = "/aws/lambda/rewardlab-SageMaker-audit"
    log_stream_name = "rewardlab"
    identity = None
    client_context = None

    def __init__(self, seconds: float, memory_mb: int):
        self.memory_limit_in_mb = memory_mb
        self.aws_request_id = f"{os.urandom(4).hex()}-{os.urandom(8).hex()}"
        self._deadline = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(1000 * (self._deadline - time.monotonic())))


def read(descriptor: int, size: int) -> bytes | None:
    """Exactly `size` bytes, or None at the end of the stream."""
    parts = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write(descriptor: int, message: Any) -> None:
    """Write one whole message."""
    body = json.dumps(message).encode()
    data = memoryview(HEADER.pack(len(body)) + body)
    while data:
        data = data[os.write(descriptor, data) :]


def whole(received: bytearray) -> dict[str, Any] | None:
    """The message in the received bytes; None while it is incomplete.

    Raises: ValueError for a message that is not a JSON object or is longer than any that a worker sends; the user's
    code may have written into its worker's pipe.
    """
    if len(received) < HEADER.size:
        return None
    (size,) = HEADER.unpack_from(received)
    if size > MOST_BYTES:
        raise ValueError(f"a message of {size:,} bytes; expected at most {MOST_BYTES:,}")
    if len(received) < HEADER.size + size:
        return None
    message = json.loads(received[HEADER.size :])
    if not isinstance(message, dict):
        raise ValueError("a message that is no JSON object")  # noqa: TRY004 - as for one that is no JSON
    return message


def die_with_parent(parent: int) -> None:
    """On Linux, die with the audit, so that a reward in an endless loop does not outlive a kill -9 of its audit."""
    with contextlib.suppress(OSError):
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def limit_resources(memory_mb: int) -> None:
    """Limit what the parent's polling is too slow to catch: one huge allocation, and one huge file.

    The address space may be far larger than the memory limit, which the parent enforces on resident memory, because
    libraries reserve much memory that they never use.
    """
    for name, most in ((resource.RLIMIT_AS, (memory_mb << 20) + 8 * GIB), (resource.RLIMIT_FSIZE, MOST_FILE_BYTES)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(name, (most, most))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_processor_time(seconds: float) -> None:
    """Limit the processor time of one call, and of what it leaves running, to its timeout times the cores."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds * (os.cpu_count() or 1)) + 2
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def call(entry: Any, message: dict[str, Any], context: Context) -> dict[str, Any]:
    """Call the reward, and return its result or its failure."""
    try:
        if isinstance(entry, Asked):
            return {"results": entry.answer(message["event"])}
        forms: set[str] = set()
        beside = {key: message.get(key) for key in ("token_ids", "row_ids")}
        results = invoke(entry, message["event"], context, **beside, forms=forms)
        return {"results": results, "told": told(entry, forms)}
    except TokensMissing as missing:
        return {"tokens_missing": str(missing)}
    except SystemExit as error:  # on Lambda it ends the runtime; here the process is kept for the next call
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        return {"failed": ["crashed", f"the process exited with {code}"]}
    except MemoryError:
        return {"failed": ["crashed", f"ran out of memory (limit {context.memory_limit_in_mb} MB)"]}
    except Exception as error:  # noqa: BLE001 - the user's code may raise anything; it is reported in the reply
        return {"failed": ["raised", describe(error)]}


def serve(
    entry: Any,
    requests: int,
    replies: int,
    memory_mb: int,
    *,
    returns: str = "list",
    bound: Callable[[float], None] | None = None,
    denials: Denials | None = None,
) -> None:
    """Answer events until the audit closes its end of the pipe; results are in the form that a packaged Lambda returns.

    `bound` is called with the timeout before each call; `denials` reports what the fence denied.
    """
    looked, peak, clock = -LOOK_SECONDS, 0.0, OwnClock(thread_id)
    while (header := read(requests, HEADER.size)) is not None:
        body = read(requests, HEADER.unpack(header)[0])
        if body is None:
            return
        message = json.loads(body)
        if bound is not None:
            bound(message["timeout"])
        seen: set[str] = set()
        if message.get("lookups"):
            message["event"] = watched(message["event"], seen)
        started, used = clock.now()
        children = children_seconds()
        reply = call(entry, message, Context(message["timeout"], memory_mb))
        ended, worked = clock.now()
        # The two clocks are read one after the other, so elapsed time may come out slightly below processor time.
        reply["cpu_seconds"] = worked - used
        reply["seconds"] = max(ended - started, reply["cpu_seconds"], 0.0)
        reply["child_seconds"] = children_seconds() - children
        if message.get("lookups"):
            reply["lookups"] = sorted(seen)
        if message.get("watch"):
            after = json.dumps(message["event"], default=repr)  # compared as text, in which NaN equals itself
            reply["mutated"] = after != json.dumps(json.loads(body)["event"])
        explained(reply, denials)
        if ended - looked > LOOK_SECONDS:
            looked, peak = ended, peak_mb()
        reply["peak_mb"] = peak
        try:
            if "results" in reply:
                results = reply["results"]
                reply["results"] = written(entry, results, returns)
            write(replies, reply)
        except (TypeError, ValueError, RecursionError) as error:
            reply["failed"] = ["invalid", tell(reply.pop("results"), error)]
            write(replies, reply)


def written(entry: Any, results: Any, returns: str) -> Any:
    """The results to send: a handler's as AWS's client would write them, others in the form the platform wants."""
    if isinstance(entry, Asked):
        return results
    return as_written(results) if entry.kind == "lambda" else wrap(results, returns)


def explained(reply: dict[str, Any], denials: Denials | None) -> None:
    """Add to a reply what the fence denied: to the messages of failures, or as a separate list."""
    if denials is None:
        return
    failures = failures_in(reply)
    for failure, text in zip(failures, denials.explain_all([detail for _, detail in failures]), strict=True):
        failure[1] = text
    if found := denials.taken():
        reply["denied"] = found


def failures_in(reply: dict[str, Any]) -> list[list[str]]:
    """The reason and message of each failure in a reply: of the call, of a judge's function, of single samples."""
    results = reply.get("results")
    held = [reply, results] if isinstance(results, dict) else [reply]
    found = [one["failed"] for one in held if "failed" in one]
    samples = results if isinstance(results, list) else []
    return found + [one["unscored"] for one in samples if isinstance(one, dict) and _is_failure(one.get("unscored"))]


def _is_failure(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value)


def ready(entry: Any) -> dict[str, Any]:
    """The facts about the entry that are sent to the audit."""
    return {
        "entry": entry.name,
        "kind": entry.kind,
        "others": entry.others,
        "names_tokens": entry.names_tokens,
        "weights": entry.weights,
        "notes": entry.notes,
        "is_async": entry.is_async,
    }


def children_seconds() -> float:
    """The processor time of child processes that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The peak of this process's resident memory, in MB.

    On Linux it is read from /proc, because getrusage includes the memory that the audit had when it started this
    process.
    """
    with contextlib.suppress(OSError), Path("/proc/self/status").open(encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def loaded(settings: dict[str, Any]) -> Any:
    """The reward's entry, or the judge's function."""
    path, weights = Path(settings["path"]), settings.get("weights")
    if settings["who"] == "judge":
        return load_asked(path, settings["entry"])
    chosen = Chosen(settings["entry"], None if weights is None else tuple(weights), settings.get("kwargs") or {})
    return load(path, chosen)


def main() -> None:
    settings = json.loads(sys.argv[1])
    requests, replies = settings["requests"], settings["replies"]
    die_with_parent(settings["parent"])
    for descriptor in (requests, replies):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's own signature
    limit_resources(settings["memory_mb"])
    with contextlib.suppress(OSError):  # processes left by a reward's children stay its own, so their memory counts
        prctl(PR_SET_CHILD_SUBREAPER)
    plan = Plan.of(settings["fence"])
    reach, built = raise_fence(plan)
    die_with_parent(settings["parent"])  # new namespaces may have undone it
    denials = Denials(reach, built, settings["who"], plan.home)
    try:
        entry = loaded(settings)
    except EntryError as error:
        write(replies, {"broken": ["entry", denials.explain(str(error)), error.do, error.lines]})
        return
    except Exception as error:  # noqa: BLE001 - importing the user's module runs its code, which may raise anything
        write(replies, {"broken": ["import", denials.explain(describe(error)), None, None]})
        return
    write(replies, {"ready": ready(entry) | {"fence": asdict(built), "denied": denials.taken()}})
    bounds = {"returns": settings["returns"], "bound": limit_processor_time}
    serve(entry, requests, replies, settings["memory_mb"], **bounds, denials=denials)


if __name__ == "__main__":
    main()
