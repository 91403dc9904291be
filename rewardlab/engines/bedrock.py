"""The engine for Amazon Bedrock's Converse API: Nova, which can be sampled only there, and Bedrock's other models.

Options (`--engine-option NAME=VALUE`, `[engine]` in rewardlab.toml): `region`, `profile`, `endpoint_url` (AWS's own
settings are the defaults), `concurrency` (requests in flight; 16), `timeout` (seconds per request; 600),
`max_retries` (8, adaptive), `reasoning_effort` (low, medium, high), `additional_fields` (a table that is passed
unchanged as additionalModelRequestFields). The page is docs/bedrock.md.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import queue
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rewardlab.cloud.refusal import said
from rewardlab.engines import check_options, count_option
from rewardlab.engines.bedrock_errors import bedrock_failure, code_of
from rewardlab.engines.converse import HOLDS, Body, Form, Hold, body_of, check, form_of, generation_of
from rewardlab.engines.failure import too_long
from rewardlab.errors import EngineError
from rewardlab.task import Generation, Json, Prompt, Request, Sampling

OPTIONS = (
    "region",
    "profile",
    "endpoint_url",
    "concurrency",
    "timeout",
    "max_retries",
    "reasoning_effort",
    "additional_fields",
)
#: Words by which a refusal names a field of inferenceConfig. If it names both, only one may be sent: top_p is dropped.
FIELDS = {"topP": ("top_p", "topp"), "temperature": ("temperature",)}
#: Used instead of temperature 0 for models that refuse 0; the lowest value in Nova's documentation.
COLDEST = 1e-5
STRUCTURE = ("outputconfig", "textformat", "output format", "structured", "schema", "tool")
NO_SEED = "Bedrock takes no seed: sampled again, responses differ"

Drawn: TypeAlias = Generation | Exception | None


@dataclass(slots=True)
class Dialect:
    """What the model accepts, as learnt from its refusals so far."""

    hold: Hold = "text_format"
    dropped: set[str] = field(default_factory=set)
    coldest: float = 0.0
    notices: dict[str, None] = field(default_factory=dict)

    def learn(self, sent: Body, refusal: str) -> bool:
        """Adapt to a refusal; True if the request should be sent again."""
        words = refusal.lower()
        if {"outputConfig", "toolConfig"} & sent.keys() and any(word in words for word in STRUCTURE):
            was: Hold = "tool" if "toolConfig" in sent else "text_format"
            self.hold = HOLDS[max(HOLDS.index(self.hold), HOLDS.index(was) + 1)]
            if self.hold == "free":
                self.notices["the model keeps to no choices and no schema: responses are free text"] = None
            return True
        if too_long(refusal):
            return False
        settings = sent.get("inferenceConfig", {})
        for name, signs in FIELDS.items():
            if name in settings and any(sign in words for sign in signs):
                if name == "temperature" and settings[name] < COLDEST:
                    self.coldest = COLDEST
                    return True
                self.dropped.add(name)
                self.notices[f"the model takes no {name}: what it uses instead is its own choice"] = None
                return True
        return False


class BedrockEngine:
    """A model on Bedrock. Each generation is a separate call; `concurrency` threads make them at the same time."""

    def __init__(self, client: Any, form: Form, concurrency: int):
        self._client, self._form, self._concurrency = client, form, concurrency
        self._dialect = Dialect(dropped=set(form.dropped), notices={NO_SEED: None})
        client.meta.events.register("before-send.bedrock-runtime", _refuse_when_stopped)

    @property
    def versions(self) -> Mapping[str, str]:
        import boto3  # noqa: PLC0415 - heavy and optional

        meta = self._client.meta
        return {"boto3": boto3.__version__, "region": str(meta.region_name), "endpoint": str(meta.endpoint_url)}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(self._dialect.notices)

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield each generation as soon as it arrives.

        Closing the stream, or Ctrl-C, ends it at once: requests in flight are abandoned and not repeated.
        Raises: EngineError, before anything is sampled, for a prompt or a temperature that Bedrock does not accept;
        later for the errors listed in docs/bedrock.md.
        """
        self._check(requests, sampling)
        jobs: queue.SimpleQueue[tuple[Prompt, int]] = queue.SimpleQueue()
        for request in requests:
            for index in request.indexes:
                jobs.put((request.prompt, index))
        results: queue.SimpleQueue[Drawn] = queue.SimpleQueue()
        stop = threading.Event()
        workers = [_Worker(self, jobs, results, sampling, stop) for _ in range(min(self._concurrency, jobs.qsize()))]
        for worker in workers:
            worker.start()
        left = len(workers)
        try:
            while left:
                match results.get():
                    case Generation() as generation:
                        yield generation
                    case None:
                        left -= 1
                    case Exception() as error:
                        raise error
        finally:
            stop.set()

    def _check(self, requests: Sequence[Request], sampling: Sampling) -> None:
        notices = self._dialect.notices
        check((request.prompt for request in requests), sampling, model=self._form.model)
        if any(request.prompt.row.get("tools") for request in requests):
            notices["the rows' tools are not sent to Bedrock"] = None
        if sampling.logprobs:
            notices["Bedrock gives no log-probabilities: how likely a first token was stays unknown"] = None
        if self._form.asked(sampling).effort_alone:
            notices["at high effort Nova takes no temperature, topP and maxTokens: its own hold"] = None

    def draw(self, prompt: Prompt, index: int, sampling: Sampling) -> Generation:
        """Request one generation, again after each refusal that shows how to change the request.

        Raises: EngineError.
        """
        dialect = self._dialect
        while True:
            form = dataclasses.replace(
                self._form, hold=dialect.hold, dropped=frozenset(dialect.dropped), coldest=dialect.coldest
            )
            body = body_of(prompt, sampling, form)
            try:
                response: Json = self._client.converse(modelId=form.model, **body)
            except _StoppedError:
                raise
            except Exception as error:  # botocore's errors share no base, and credential plug-ins raise their own
                refused = code_of(error) == "ValidationException" or "ParamValidationError" in type(error).__name__
                if refused and dialect.learn(body, said(error)):
                    continue
                where = f"prompt {prompt.id!r} (line {prompt.line})"
                raise bedrock_failure(error, model=form.model, where=where) from error
            generation = generation_of(response, prompt_id=prompt.id, index=index, sampling=sampling)
            if generation is None:
                raise EngineError(
                    f"the response holds no message ({str(response)[:200]})", where=f"bedrock:{form.model}"
                )
            return generation

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class _StoppedError(Exception):
    """The stream was closed while this thread waited to ask again."""


class _Worker(threading.Thread):
    """Works on jobs until there are none. A daemon thread, so that an outstanding answer does not delay the exit."""

    def __init__(
        self,
        engine: BedrockEngine,
        jobs: queue.SimpleQueue[tuple[Prompt, int]],
        results: queue.SimpleQueue[Drawn],
        sampling: Sampling,
        stop: threading.Event,
    ):
        super().__init__(name="rewardlab-bedrock", daemon=True)
        self._engine, self._jobs, self._results, self._sampling, self.stop = engine, jobs, results, sampling, stop

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                prompt, index = self._jobs.get_nowait()
                self._results.put(self._engine.draw(prompt, index, self._sampling))
        except (queue.Empty, _StoppedError):
            pass
        except Exception as error:  # noqa: BLE001 - raised again in the thread that reads the results
            self._results.put(error)
        finally:
            self._results.put(None)


def _refuse_when_stopped(**_: Any) -> None:
    """Abort a stopped worker's request; botocore calls this before each attempt, including retries."""
    worker = threading.current_thread()
    if isinstance(worker, _Worker) and worker.stop.is_set():
        raise _StoppedError


def open_engine(
    model: str, options: Mapping[str, Any], *, environment: Mapping[str, str] = os.environ
) -> BedrockEngine:
    """Read the options; Bedrock is contacted only when something is generated.

    Raises: EngineError when boto3 is not installed, and for a profile or a region that does not exist; UsageError for
    an unknown option or an invalid value.
    """
    check_options(options, OPTIONS, engine="bedrock")
    concurrency = count_option(options, "concurrency", 16)
    timeout = count_option(options, "timeout", 600)
    attempts = 1 + count_option(options, "max_retries", 8, least=0)
    form = form_of(model, options)
    if importlib.util.find_spec("boto3") is None:
        raise EngineError("boto3 is not installed", where=f"bedrock:{model}", do="install rewardlab[aws]")
    import boto3  # noqa: PLC0415 - heavy and optional
    from botocore.config import Config  # noqa: PLC0415 - heavy and optional

    settings = Config(
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        connect_timeout=min(timeout, 10),
        read_timeout=timeout,
        max_pool_connections=concurrency,
    )
    try:
        session = boto3.Session(profile_name=options.get("profile"), region_name=_region(model, options, environment))
        client = session.client("bedrock-runtime", endpoint_url=options.get("endpoint_url"), config=settings)
    except Exception as error:  # botocore's errors share no base
        raise bedrock_failure(error, model=model, where=None) from error
    return BedrockEngine(client, form, concurrency)


def _region(model: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    """The region in the options, else that of the model's ARN; None leaves it to AWS's settings.

    AWS_REGION is read here because boto3, unlike AWS's other tools, does not read it.
    """
    named = re.match(r"arn:aws[\w-]*:bedrock:([\w-]+):", model)
    asked = options.get("region")
    return str(asked) if asked else named.group(1) if named else environment.get("AWS_REGION")
