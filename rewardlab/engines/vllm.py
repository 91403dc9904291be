"""The engine for vLLM's offline mode, stepped by hand so that each prompt's generations are yielded once finished.

Options (`--engine-option NAME=VALUE`, `[engine]` in rewardlab.toml): `chat_template`, `chat_template_kwargs`, and every
field of vLLM's EngineArgs by its own name (tensor_parallel_size, dtype, max_model_len, gpu_memory_utilization, ...).
"""

from __future__ import annotations

import dataclasses
import gc
import itertools
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardlab.engines import check_options, runs_of, table_option
from rewardlab.engines.chat import asked_of_template, encode_all, read_template, short_room
from rewardlab.engines.failure import model_failure
from rewardlab.engines.loading import stage, stages_from, uncollected, without
from rewardlab.engines.names import check_model
from rewardlab.engines.presets import unapplied
from rewardlab.engines.structure import likeliest, spell
from rewardlab.engines.vllm_config import (
    CPU_DEFAULTS,
    STAGES,
    UNNEEDED,
    UNNEEDED_ON_CPU,
    cache_bytes,
    config_for,
    is_for_cpu,
    vllm_version,
)
from rewardlab.engines.vllm_draw import raised, runner_of, sampling_params
from rewardlab.errors import EngineError
from rewardlab.task import Generation, Request, Sampling

if TYPE_CHECKING:
    from vllm import LLM
    from vllm.outputs import CompletionOutput

OWN_OPTIONS = ("chat_template", "chat_template_kwargs")


class Waiting(NamedTuple):
    """A request that vLLM has not finished."""

    request: Request
    indexes: tuple[int, ...]
    prompt_tokens: int


class VllmEngine:
    """A model loaded in vLLM. One request asks for a prompt's generations; each is seeded with the prompt's + index."""

    def __init__(self, llm: LLM, model: str, options: Mapping[str, Any]):
        self.llm = llm
        self.runner = runner_of(llm.llm_engine.vllm_config)
        self._model = model
        self._template = read_template(options.get("chat_template"))
        self._extra = table_option(options, "chat_template_kwargs")
        self._window = int(llm.model_config.max_model_len)
        self._notices: list[str] = []
        self._numbers = itertools.count()

    @property
    def versions(self) -> Mapping[str, str]:
        import torch  # noqa: PLC0415 - heavy and optional: at the edge that needs it

        device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
        vllm = vllm_version() or "unknown"
        return {"vllm": vllm, "torch": torch.__version__, "device": device, "runner": self.runner.value}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(self._notices)

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield the generations of each prompt as soon as all of that prompt's are finished.

        Choices and schemas are enforced by vLLM's own grammars. Their masks are applied before the noise, so forbidden
        tokens have a log-probability of minus infinity before and after it.

        Raises: EngineError, before anything is sampled, for a prompt that cannot be sampled, a choice that the
        vocabulary cannot write and a schema that vLLM cannot enforce; later when the engine fails.
        """
        prompts = [request.prompt for request in requests]
        tokenizer = self.llm.get_tokenizer()
        thinking, untold = asked_of_template(tokenizer, self._template, sampling, model=self._model)
        self._notices += untold
        ids = encode_all(
            tokenizer,
            prompts,
            template=self._template,
            extra={**thinking, **self._extra},
            window=self._window,
            model=self._model,
        )
        self._notices += short_room(ids, max_tokens=sampling.max_tokens, window=self._window)
        self._notices += raised(sampling, self.runner)
        self._notices += unapplied(self.llm.model_config.try_get_generation_config(), sampling)
        engine = self.llm.llm_engine
        waiting: dict[str, Waiting] = {}
        try:
            self._add(waiting, requests, ids, sampling)
            while waiting:
                for output in engine.step():
                    if output.finished:
                        request, indexes, prompt_tokens = waiting.pop(output.request_id)
                        self._check(output.outputs, request)
                        cut = bool(sampling.stop)
                        texts = [one.text for one in output.outputs] if cut else self._decode(output.outputs)
                        for answer, text in zip(output.outputs, texts, strict=True):
                            yield Generation(
                                request.prompt.id,
                                indexes[answer.index],
                                text,
                                answer.finish_reason,
                                prompt_tokens,
                                len(answer.token_ids),
                                self._first_logprobs(answer, sampling.logprobs),
                                tuple(answer.token_ids) if sampling.token_ids else None,
                            )
        except (RuntimeError, ValueError) as error:
            raise model_failure(error, self._model) from error
        finally:
            if waiting:
                engine.abort_request(list(waiting))

    def _check(self, answers: Sequence[CompletionOutput], request: Request) -> None:
        """Raise an error if vLLM gave up on the request, for example over a grammar: it is not an empty answer."""
        if any(answer.finish_reason == "error" for answer in answers):
            raise EngineError(
                f"vLLM gave up on the prompt {request.prompt.id!r}",
                where=self._model,
                do="see its log (VLLM_LOGGING_LEVEL=INFO); if the response is held to a schema, make that simpler",
            )

    def _decode(self, answers: Sequence[CompletionOutput]) -> Sequence[str]:
        """The texts of finished answers, without special tokens and without the token that ended them.

        vLLM would decode token by token for streaming, which is not needed here and takes a twentieth of the time.
        """
        ended = [answer.finish_reason == "stop" for answer in answers]
        ids = [
            list(answer.token_ids[:-1] if end else answer.token_ids) for answer, end in zip(answers, ended, strict=True)
        ]
        tokenizer: Any = self.llm.get_tokenizer()
        if hasattr(tokenizer, "batch_decode"):
            texts: Sequence[str] = tokenizer.batch_decode(ids, skip_special_tokens=True)
            return texts
        return [tokenizer.decode(tokens, skip_special_tokens=True) for tokens in ids]

    def _first_logprobs(self, answer: CompletionOutput, count: int) -> tuple[tuple[str, float], ...]:
        if not count or not answer.logprobs:
            return ()
        tokenizer: Any = self.llm.get_tokenizer()
        return likeliest(((tokenizer.decode([token]), at.logprob) for token, at in answer.logprobs[0].items()), count)

    def _add(
        self,
        waiting: dict[str, Waiting],
        requests: Sequence[Request],
        ids: Sequence[list[int]],
        sampling: Sampling,
    ) -> None:
        """Hand the requests to vLLM, and record them in `waiting`."""
        from vllm import TokensPrompt  # noqa: PLC0415 - heavy and optional

        structure = self._structure(sampling)
        for request, tokens in zip(requests, ids, strict=True):
            # vLLM refuses several generations in one greedy request, since they would all be the same.
            alone = [(index,) for index in request.indexes]
            for indexes in runs_of(request.indexes) if sampling.temperature > 0 else alone:
                name = str(next(self._numbers))
                params = sampling_params(
                    sampling,
                    self.runner,
                    seed=sampling.seed_of(request.prompt.id) + indexes[0],
                    count=len(indexes),
                    room=min(sampling.max_tokens, self._window - len(tokens)),
                    logprobs=self._alternatives(sampling.logprobs),
                    structure=structure,
                )
                try:
                    self.llm.llm_engine.add_request(name, TokensPrompt(prompt_token_ids=tokens), params)
                except Exception as error:  # its validators raise their own types, which differ by version
                    if sampling.schema is None:
                        raise
                    raise EngineError(f"vLLM cannot keep to the schema ({error})", where=self._model) from error
                waiting[name] = Waiting(request, indexes, len(tokens))

    def _structure(self, sampling: Sampling) -> Any:
        """The choices or the schema in vLLM's own form; None if there are none."""
        from vllm.sampling_params import StructuredOutputsParams  # noqa: PLC0415 - heavy and optional

        if sampling.choices:
            spell(self.llm.get_tokenizer(), sampling.choices, model=self._model)
            return StructuredOutputsParams(choice=list(sampling.choices))
        return None if sampling.schema is None else StructuredOutputsParams(json=dict(sampling.schema))

    def _alternatives(self, count: int) -> int | None:
        """How many log-probabilities to request; vLLM refuses more than its max_logprobs, where -1 means no limit."""
        most = int(self.llm.model_config.max_logprobs)
        return (min(count, most) if most >= 0 else count) or None

    def close(self) -> None:
        """Drop the engine and free its memory, also on the GPU, for the next engine, such as a judge's."""
        import torch  # noqa: PLC0415 - heavy and optional: at the edge that needs it

        del self.llm
        if torch.cuda.is_available():
            gc.unfreeze()  # vLLM freezes its objects, and GPU graphs refer to each other
            gc.collect()
            torch.cuda.empty_cache()


def open_engine(model: str, options: Mapping[str, Any]) -> VllmEngine:
    """Load `model`, a local folder or a hub name.

    Raises: EngineError when vLLM is not installed, when the model cannot be loaded or does not fit in memory;
    UsageError for an option vLLM does not have.
    """
    check_model(model)
    if vllm_version() is None:
        raise EngineError(
            "vLLM is not installed",
            where=f"vllm:{model}",
            do="install rewardlab[vllm] (GPU) or rewardlab[cpu], or name another engine (transformers:, openai:)",
        )
    # Run the engine in this process: it starts sooner, ends with it, and its errors are raised instead of logged.
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    with uncollected():
        stage("import")
        with without(*UNNEEDED, *(UNNEEDED_ON_CPU if is_for_cpu() else ())):
            from vllm import LLM  # noqa: PLC0415 - heavy and optional: 6 s of processor time
        # A second block, so that the imported objects are frozen before vLLM builds its own.
    with uncollected():
        return _load(LLM, model, options)


def _load(llm: type[LLM], model: str, options: Mapping[str, Any]) -> VllmEngine:
    from vllm.engine.arg_utils import EngineArgs  # noqa: PLC0415 - heavy and optional
    from vllm.platforms import current_platform  # noqa: PLC0415 - heavy and optional

    stage("configuration")
    known = [field.name for field in dataclasses.fields(EngineArgs) if field.name != "model"]
    check_options(options, [*OWN_OPTIONS, *known], engine="vllm")
    arguments: dict[str, Any] = {"enable_prefix_caching": True, "disable_log_stats": True}
    if current_platform.is_cpu():
        arguments |= CPU_DEFAULTS
    arguments |= {name: value for name, value in options.items() if name not in OWN_OPTIONS}
    config = config_for(model, arguments)
    if current_platform.is_cpu() and "kv_cache_memory_bytes" not in options and config is not None:
        arguments["kv_cache_memory_bytes"] = min(cache_bytes(config), arguments["kv_cache_memory_bytes"])
    if own := runner_of(config).processors:
        arguments["logits_processors"] = [*(arguments.get("logits_processors") or ()), *own]
    try:
        with stages_from(logging.getLogger("vllm"), STAGES):
            return VllmEngine(llm(model, **arguments), model, options)
    except EngineError:
        raise
    except Exception as error:  # vLLM's loaders, drivers and validators may raise anything
        raise model_failure(error, f"vllm:{model}") from error
