"""The handler of a packaged Lambda: it calls the reward through the shim and checks the results for the trainer.

Standard library only: this file, like those that it imports, travels in the zip.
One JSON line is logged per batch. A failure is never a zero: the batch raises, unless a score for failures was chosen.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewardlab.rewards.code.entry import Chosen, Entry, load
from rewardlab.rewards.code.shim import describe, invoke, is_number, wanted, wrap
from rewardlab.rewards.events.foreign import as_written, tell
from rewardlab.rewards.events.sample import Sample

#: At most this many samples are named in an error or a log line; the rest are counted.
NAMED = 5
#: The metric that marks a result whose score was not the reward's own.
MARK = "rewardlab_unscored"


class EventError(ValueError):
    """An event that is not a batch of samples."""


class ReturnError(ValueError):
    """A return value that cannot be read as one result per sample."""


class UnscoredError(RuntimeError):
    """Samples without a score; the text names them and says why."""


@dataclass(frozen=True)
class Failure:
    """A sample without a score: its index in the batch, its id, and the reason."""

    index: int
    id: Any
    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.id} ({self.reason}: {self.detail})"


def handler_of(
    beside: str,
    reward: str,
    *,
    entry: str | None,
    returns: str,
    on_failure: float | None = None,
    weights: Sequence[float] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Callable[[Any, Any], Any]:
    """The handler for the reward file `reward`, which is in the same folder as the file `beside`.

    Arguments: `entry` names the function where the file defines several, or the functions of a weighted sum with their
    `weights`; `arguments` are added to each call; `returns` is the form in which the platform wants the results
    ("list", "body_list", "body_text"); `on_failure` is the score for samples that the reward could not score, None to
    raise.
    Raises: EntryError, or whatever importing the file raises, at once: Lambda reports it before the first event.
    """
    chosen = Chosen(entry, None if weights is None else tuple(weights), arguments or {})
    return Handler(load(Path(beside).with_name(reward), chosen), returns, on_failure)


class Handler:
    """Answers a platform's event in the platform's form.

    Raises: EventError, ReturnError; UnscoredError when a sample has no finite score and no `on_failure` score was
    chosen, or when none of several samples has one; whatever a Lambda's or a TRL function's own code raises, which
    fails the whole batch.
    """

    def __init__(self, entry: Entry, returns: str, on_failure: float | None = None):
        if on_failure is not None and not is_number(on_failure):
            raise ValueError(f"on_failure is {on_failure!r}; expected a finite number, or None to raise")
        self._entry, self._returns, self._on_failure = entry, returns, on_failure
        self._cold = True

    def __call__(self, event: Any, context: Any = None) -> Any:
        """Return the trainer's results for `event`, and log one line of JSON about the batch to standard output."""
        started = time.perf_counter()
        line: dict[str, Any] = {"rewardlab": "batch", "request_id": getattr(context, "aws_request_id", None)}
        line["cold"], self._cold = self._cold, False
        try:
            samples = samples_of(event)
            line |= {"samples": len(samples), "scored": 0, "failed": len(samples)}
            ids = [sample["id"] for sample in samples]
            returned = self._call(event, samples, context)
            results, failures = checked(returned, ids, "list" if self._shimmed else self._returns)
            line |= {"scored": len(ids) - len(failures), "failed": len(failures)}
            if failures:
                line["failures"] = [_told(failure) for failure in failures[:NAMED]]
                return wrap(self._settled(results, failures), self._returns)
            return wrap(results, self._returns) if self._shimmed else returned
        except BaseException as error:
            line["error"] = describe(error)
            raise
        finally:
            line["seconds"] = round(time.perf_counter() - started, 6)
            print(json.dumps(line, default=repr), flush=True)  # noqa: T201 - Lambda's log is the standard output

    @property
    def _shimmed(self) -> bool:
        """Whether the shim builds the results; a Lambda builds its own, already in the platform's form."""
        return self._entry.kind != "lambda"

    def _call(self, event: Any, samples: list[Sample], context: Any) -> Any:
        return invoke(self._entry, samples if self._shimmed else event, context)

    def _settled(self, results: list[dict[str, Any]], failures: Sequence[Failure]) -> list[dict[str, Any]]:
        """The results with the `on_failure` score in place of each failure."""
        if self._on_failure is None or (len(failures) == len(results) and len(results) > 1):
            raise UnscoredError(_summary(failures, len(results)))
        settled = list(results)
        for failure in failures:
            mark = {"name": MARK, "value": 1.0, "type": "Metric"}
            score = {"aggregate_reward_score": float(self._on_failure), "metrics_list": [mark]}
            settled[failure.index] = {"id": failure.id, **score}
        return settled


def samples_of(event: Any) -> list[Sample]:
    """The samples of an event, which is a list of samples or a single one.

    Raises: EventError for anything else, and for a sample without an id, since no result could be matched to it.
    """
    samples = [event] if isinstance(event, dict) and "id" in event else event
    if not isinstance(samples, list):
        raise EventError(f"the event is a {type(event).__name__}; expected a list of samples")
    for index, sample in enumerate(samples):
        if not isinstance(sample, dict) or "id" not in sample:
            given = "has no id" if isinstance(sample, dict) else f"is a {type(sample).__name__}"
            raise EventError(f'sample {index} of the event {given}; expected an object with "id" and "messages"')
    return samples


def checked(returned: Any, ids: Sequence[Any], returns: str) -> tuple[list[dict[str, Any]], list[Failure]]:
    """The returned results in the samples' order, and the samples without a finite score.

    A sample without exactly one result gets an empty result. Results are read as JSON, as Lambda sends them.
    Raises: ReturnError when the return value is not JSON, has another shape than `returns`, or has a result that
    belongs to no sample.
    """
    try:
        read = json.loads(json.dumps(as_written(returned)))
    except (TypeError, ValueError, RecursionError) as error:
        raise ReturnError(tell(returned, error)) from None
    by_id: dict[str, list[dict[str, Any]]] = {json.dumps(identifier): [] for identifier in ids}
    for result in _unwrapped(read, returns):
        if not isinstance(result, dict):
            raise ReturnError(f"RL101 returned a list with {result!r:.60} in it; expected objects")
        if (key := json.dumps(result.get("id"))) not in by_id:
            raise ReturnError(f"RL102 a result has the id {key:.60}, which no sample has")
        by_id[key].append(result)
    shared = Counter(map(json.dumps, ids))  # samples with the same id take that id's results in order
    taken: Counter[str] = Counter()
    results, failures = [], []
    for index, identifier in enumerate(ids):
        key = json.dumps(identifier)
        mine, wanted, turn = by_id[key], shared[key], taken[key]
        taken[key] += 1
        result = mine[turn] if len(mine) == wanted else {}
        why = _unscored(result) if result else ("invalid", f"RL102 {len(mine)} results for {wanted} samples of this id")
        if why is not None:
            failures.append(Failure(index, identifier, *why))
        results.append(result)
    return results, failures


def _unwrapped(read: Any, returns: str) -> list[Any]:
    """The list of results in a return value, taken out of its envelope where the platform requires one."""
    if returns == "list":
        if not isinstance(read, list):
            given = "an envelope" if isinstance(read, dict) and "body" in read else f"a {type(read).__name__}"
            raise ReturnError(f"RL101 returned {given}; expected a list with one result per sample")
        return read
    wanted = "a JSON text" if returns == "body_text" else "a list"
    body = read.get("body") if isinstance(read, dict) and read.get("statusCode") == 200 else None
    if isinstance(body, str) and returns == "body_text":
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = None
    elif returns == "body_text":
        body = None
    if not isinstance(body, list):
        raise ReturnError(f'RL101 returned {read!r:.60}; expected {{"statusCode": 200, "body": {wanted}}}')
    return body


def _unscored(result: dict[str, Any]) -> tuple[str, str] | None:
    """Why a result has no score, as reason and detail; None if it has one."""
    score = result.get("aggregate_reward_score")
    if is_number(score):
        return None
    if isinstance(told := result.get("unscored"), list) and len(told) == 2:
        return str(told[0]), str(told[1])
    code = "RL103" if type(score) in {int, float} else "RL104"
    return "invalid", f"{code} aggregate_reward_score is {score!r:.60}; expected {wanted(score)}"


def _told(failure: Failure) -> dict[str, Any]:
    return {"id": failure.id, "reason": failure.reason, "detail": failure.detail}


def _summary(failures: Sequence[Failure], samples: int) -> str:
    named = "; ".join(str(failure) for failure in failures[:NAMED])
    more = f"; and {len(failures) - NAMED} more" if len(failures) > NAMED else ""
    return f"{len(failures)} of {samples} samples have no score: {named}{more}"
