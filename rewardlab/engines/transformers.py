"""The engine for Hugging Face transformers, batch by batch, for models and devices that vLLM does not support.

Options (`--engine-option NAME=VALUE`, `[engine]` in rewardlab.toml): `device` (cuda, mps or cpu; the first available),
`dtype` (auto), `batch_size` (sequences at once; 64), `chat_template`, `chat_template_kwargs`, `trust_remote_code`.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rewardlab.engines import check_options, count_option, table_option
from rewardlab.engines.chat import asked_of_template, encode_all, read_template, short_room
from rewardlab.engines.failure import model_failure
from rewardlab.engines.names import check_model
from rewardlab.engines.presets import unapplied
from rewardlab.engines.steering import ChoiceMask, FirstToken
from rewardlab.engines.structure import spell
from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Generation, Request, Sampling

OPTIONS = ("device", "dtype", "batch_size", "chat_template", "chat_template_kwargs", "trust_remote_code")
DTYPES = ("auto", "bfloat16", "float16", "float32")


@dataclass(frozen=True, slots=True)
class Options:
    """The engine's options, read before the model is loaded. `device` None means the best one available."""

    device: str | None
    dtype: str
    batch_size: int
    template: str | None
    extra: Mapping[str, Any]
    trust: bool

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Options:
        check_options(given, OPTIONS, engine="transformers")
        device, dtype = given.get("device"), str(given.get("dtype", "auto"))
        if dtype not in DTYPES:
            raise UsageError(f"dtype is {dtype!r}", where="engine option", expected="one of " + ", ".join(DTYPES))
        return cls(
            device=None if device is None else str(device),
            dtype=dtype,
            batch_size=count_option(given, "batch_size", 64),
            template=read_template(given.get("chat_template")),
            extra=table_option(given, "chat_template_kwargs"),
            trust=given.get("trust_remote_code", False) is True,
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """One generation to be drawn: its prompt's token ids, and the most tokens that may follow them."""

    prompt_id: str
    index: int
    ids: Sequence[int]
    room: int


class TransformersEngine:
    """A model loaded with transformers. A batch's seed depends on its contents: the same batch gives the same text."""

    def __init__(self, network: Any, tokenizer: Any, model: str, options: Options):
        self._network = network
        self._device = network.device
        self._tokenizer = tokenizer
        self._model = model
        self._options = options
        self._window = _window(network.config, tokenizer)
        self._ends = _end_ids(network.generation_config, tokenizer)
        self._notices: list[str] = []
        # `generate` would take penalties and filters from this config, which no training rollout has: empty it.
        self._recommended = network.generation_config.to_diff_dict()
        network.generation_config = type(network.generation_config)()

    @property
    def versions(self) -> Mapping[str, str]:
        import torch  # noqa: PLC0415 - heavy and optional
        import transformers  # noqa: PLC0415 - heavy and optional

        device = self._device
        name = torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
        return {"transformers": transformers.__version__, "torch": torch.__version__, "device": name}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(self._notices)

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield the generations of each batch as soon as the whole batch is finished.

        Choices are enforced, in the tokenizer's own spelling; a schema is not, and a notice says so.

        Raises: EngineError, before anything is sampled, for a prompt that cannot be sampled and for a choice that the
        vocabulary cannot write; later when the model fails.
        """
        thinking, untold = asked_of_template(self._tokenizer, self._options.template, sampling, model=self._model)
        self._notices += [*untold, *unapplied(self._recommended, sampling)]
        ids = encode_all(
            self._tokenizer,
            [request.prompt for request in requests],
            template=self._options.template,
            extra={**thinking, **self._options.extra},
            window=self._window,
            model=self._model,
        )
        self._notices += short_room(ids, max_tokens=sampling.max_tokens, window=self._window)
        spelt = spell(self._tokenizer, sampling.choices, model=self._model)
        self._notices += self._unkept(sampling)
        wanted = [
            Draw(request.prompt.id, index, tokens, min(sampling.max_tokens, self._window - len(tokens)))
            for request, tokens in zip(requests, ids, strict=True)
            for index in request.indexes
        ]
        for batch in batches(wanted, self._options.batch_size):
            try:
                answers = self._answer(batch, sampling, spelt)
            except Exception as error:  # kernels, allocators and remote model code may raise anything
                raise model_failure(error, self._model) from error
            yield from answers

    def _unkept(self, sampling: Sampling) -> list[str]:
        """The notice of a schema or choices that cannot be enforced; empty if there are none."""
        if sampling.schema is not None:
            return ["the transformers engine holds no response to a schema: they are free text (vllm: does)"]
        if sampling.choices and not self._ends:
            return ["the model names no end token, without which no choice can end: responses are free text"]
        return []

    def _answer(self, batch: Sequence[Draw], sampling: Sampling, spelt: Sequence[Sequence[int]]) -> list[Generation]:
        """The generations of one batch, in its order."""
        import torch  # noqa: PLC0415 - heavy and optional
        from transformers import LogitsProcessorList  # noqa: PLC0415 - heavy and optional

        device = self._device
        pad = self._tokenizer.pad_token_id
        inputs, mask = _left_padded([one.ids for one in batch], pad if pad is not None else 0)
        first = FirstToken(self._tokenizer, sampling.logprobs)
        processors = LogitsProcessorList()
        if spelt and self._ends:
            processors.append(ChoiceMask(spelt, ends=sorted(self._ends), width=len(inputs[0])))
        if sampling.logprobs:
            processors.append(first)
        seed = sampling.seed_of(" ".join(f"{one.prompt_id}#{one.index}" for one in batch))
        # Restore the caller's random state afterwards, on the device too, since seeding changes both.
        with torch.random.fork_rng([device] if device.type == "cuda" else []), torch.inference_mode():
            torch.manual_seed(seed)
            output = self._network.generate(
                input_ids=torch.tensor(inputs, device=device),
                attention_mask=torch.tensor(mask, device=device),
                generation_config=self._settings(batch[0].room, sampling),
                logits_processor=processors,
                tokenizer=self._tokenizer if sampling.stop else None,
            )
        rows = output[:, len(inputs[0]) :].tolist()
        odds = first.rows or [()] * len(rows)
        found = [self._generation(one, row, at, sampling.stop) for one, row, at in zip(batch, rows, odds, strict=True)]
        return found if sampling.token_ids else [replace(one, token_ids=None) for one in found]

    def _settings(self, room: int, sampling: Sampling) -> Any:
        """A generation config with exactly the sampling's distribution; temperature 0 takes the most likely token."""
        drawn = {
            "do_sample": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p or None,
        }
        return type(self._network.generation_config)(
            max_new_tokens=room,
            eos_token_id=list(self._ends) or None,
            pad_token_id=self._tokenizer.pad_token_id,
            repetition_penalty=sampling.repetition_penalty,
            stop_strings=list(sampling.stop) or None,
            **(drawn if sampling.temperature > 0 else {"do_sample": False}),
        )

    def _generation(
        self, one: Draw, row: Sequence[int], first: tuple[tuple[str, float], ...], stop: Sequence[str]
    ) -> Generation:
        end = next((place for place, token in enumerate(row) if token in self._ends), None)
        tokens = row if end is None else row[: end + 1]
        text = self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        places = [place for place in map(text.find, stop) if place >= 0]
        if places:
            text, tokens = text[: min(places)], self._unpadded(tokens)
        reason = "length" if end is None and not places else "stop"
        return Generation(one.prompt_id, one.index, text, reason, len(one.ids), len(tokens), first, tuple(tokens))

    def _unpadded(self, tokens: Sequence[int]) -> Sequence[int]:
        """The tokens without the padding after a stop text has ended the row."""
        pad = self._tokenizer.pad_token_id
        kept = len(tokens)
        while kept and tokens[kept - 1] == pad:
            kept -= 1
        return tokens[:kept]

    def close(self) -> None:
        """Drop the model, and free the memory that the GPU's allocator keeps for it."""
        import torch  # noqa: PLC0415 - heavy and optional

        del self._network
        torch.cuda.empty_cache()


def batches(wanted: Sequence[Draw], size: int) -> Iterator[Sequence[Draw]]:
    """Batches of at most `size` sequences of similar length that may all grow by the same number of tokens."""
    ordered = sorted(wanted, key=lambda one: (one.room, len(one.ids)))
    for _, alike in itertools.groupby(ordered, key=lambda one: one.room):
        held = list(alike)
        yield from (held[start : start + size] for start in range(0, len(held), size))


def _left_padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[list[list[int]], list[list[int]]]:
    """The rows padded on the left to one width, and the mask of their own tokens."""
    width = max(len(row) for row in rows)
    filled = [[pad] * (width - len(row)) + list(row) for row in rows]
    return filled, [[0] * (width - len(row)) + [1] * len(row) for row in rows]


def _window(config: Any, tokenizer: Any) -> int:
    """The most tokens that the model holds; practically unlimited for a model that names no limit."""
    named = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(named or tokenizer.model_max_length)


def _end_ids(generation_config: Any, tokenizer: Any) -> frozenset[int]:
    """The ids that end a response; a chat model may have several."""
    ends = generation_config.eos_token_id
    if ends is None:
        ends = tokenizer.eos_token_id
    return frozenset(ends if isinstance(ends, list | tuple) else [] if ends is None else [ends])


def _best_device(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def open_engine(model: str, options: Mapping[str, Any]) -> TransformersEngine:
    """Load `model`, a local folder or a hub name.

    Raises: EngineError when transformers or torch is not installed, when the model cannot be loaded or does not fit;
    UsageError for an unknown option or an invalid value.
    """
    settings = Options.read(options)
    check_model(model)
    if any(importlib.util.find_spec(name) is None for name in ("torch", "transformers")):
        raise EngineError(
            "transformers is not installed",
            where=f"transformers:{model}",
            do="install rewardlab[transformers], or name another engine (vllm:, openai:)",
        )
    import torch  # noqa: PLC0415 - heavy and optional: 10 s on two cores
    import transformers  # noqa: PLC0415 - heavy and optional

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(model, trust_remote_code=settings.trust)
        network = transformers.AutoModelForCausalLM.from_pretrained(
            model, dtype=settings.dtype, trust_remote_code=settings.trust
        )
        network = network.to(settings.device or _best_device(torch)).eval()
    except Exception as error:  # loaders, remote model code and drivers may raise anything
        raise model_failure(error, f"transformers:{model}") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return TransformersEngine(network, tokenizer, model, settings)
