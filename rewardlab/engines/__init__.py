"""The engines that generate text: their Protocol, their names and options. Each is a module with `open_engine`."""

from __future__ import annotations

import difflib
import importlib
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rewardlab.engines.names import advice, check_model
from rewardlab.errors import UsageError
from rewardlab.task import Generation, Reasoning, Request, Sampling

#: Engine names and their modules; a module is imported only when its engine is used.
ENGINES: Mapping[str, str] = {
    "vllm": "rewardlab.engines.vllm",
    "transformers": "rewardlab.engines.transformers",
    "openai": "rewardlab.engines.openai",
    "bedrock": "rewardlab.engines.bedrock",
    "recorded": "rewardlab.engines.recorded",
}
#: Engines whose server may return a model's thought apart from its text, so that it can be kept or dropped.
APART = ("openai",)
#: Engines whose models are stored on this machine, or downloaded to it.
LOCAL = ("vllm", "transformers")
#: Engines whose models are always names, never paths.
BEHIND_A_SERVER = ("openai", "bedrock")


class Engine(Protocol):
    """A loaded model."""

    @property
    def versions(self) -> Mapping[str, str]:
        """What the text depends on besides the settings, such as library versions and device; for the provenance."""

    @property
    def notices(self) -> Sequence[str]:
        """What a person should know about this engine and these prompts, one sentence each."""

    def generate(self, requests: Sequence[Request], sampling: Sampling, /) -> Iterator[Generation]:
        """Yield each requested generation as soon as it is finished, in any order.

        Raises: EngineError when a prompt cannot be sampled (too long, no chat template) or the engine fails.
        """

    def close(self) -> None:
        """Free the model; nothing can be generated afterwards."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as named everywhere, `ENGINE:MODEL`; a bare path or hub name means vllm."""

    engine: str
    model: str

    def __str__(self) -> str:
        return f"{self.engine}:{self.model}"


def told_apart(model: str) -> str:
    """The notice for a server that returns a model's reasoning apart from its text."""
    return f"the server keeps the reasoning of {model} out of its text; a reward that reads it will not find it there"


def check_reasoning(spec: ModelSpec, reasoning: Reasoning) -> None:
    """Refuse a `reasoning` setting that the engine cannot honour; only some servers return thoughts apart.

    Raises: UsageError.
    """
    if spec.engine in APART or (reasoning == "keep" and spec.engine != "bedrock"):
        return
    why = "hands over no thoughts" if spec.engine == "bedrock" else "hands over the text as the model wrote it"
    raise UsageError(f"the {spec.engine} engine {why}", where=f"--reasoning {reasoning}", do="leave it out")


def parse_model(text: str, *, folder: Path | None = None) -> ModelSpec:
    """Read a model spec. A relative path is looked for under `folder` (that of the file that names it) first.

    Raises: UsageError for an empty model, or for a prefix that looks like a misspelt engine.
    """
    prefix, colon, rest = text.partition(":")
    engine, model = (prefix, rest) if colon and prefix in ENGINES else ("vllm", text)
    if not model.strip():
        raise UsageError(f"model {text!r} names no model", expected="ENGINE:MODEL, a folder or a hub name")
    if colon and engine != prefix and "/" not in prefix and not Path(text).exists():
        close = difflib.get_close_matches(prefix.lower(), ENGINES, n=1, cutoff=0.75)
        do = f"write {close[0]}:{rest}" if close else advice(text)
        raise UsageError(f"no engine {prefix!r} in the model {text!r}", expected="one of " + ", ".join(ENGINES), do=do)
    if folder is not None and engine not in BEHIND_A_SERVER and (folder / model).exists():
        model = str(_plain(folder / model))
    return ModelSpec(engine, model)


def _plain(path: Path) -> Path:
    """The path without "..", for reports, unless symbolic links give it another meaning."""
    plain = Path(os.path.normpath(path))
    return plain if plain.exists() and plain.samefile(path) else path


def check_spec(spec: ModelSpec) -> None:
    """Refuse, before anything is loaded, a local model that is neither a folder nor on the hub.

    Raises: EngineError.
    """
    if spec.engine in LOCAL:
        check_model(spec.model)


def open_engine(spec: ModelSpec, options: Mapping[str, Any]) -> Engine:
    """Load the model that `spec` names. `options` are the engine's own; see its module.

    Raises: EngineError when the model cannot be loaded, UsageError for an option the engine does not have.
    """
    module = importlib.import_module(ENGINES[spec.engine])
    engine: Engine = module.open_engine(spec.model, options)
    return engine


def check_options(options: Mapping[str, Any], known: Sequence[str], *, engine: str) -> None:
    """Refuse an engine option that `engine` does not have, naming those it has.

    Raises: UsageError.
    """
    for name in options:
        if name not in known:
            raise UsageError(
                f"the {engine} engine has no option {name!r}",
                expected="one of " + ", ".join(known) if known else "none",
            )


#: The settings of Sampling that an engine does not support. Servers behind `openai:` report theirs themselves.
UNABLE: Mapping[str, tuple[str, ...]] = {"bedrock": ("min_p", "repetition_penalty")}


def check_sampling(engine: str, sampling: Sampling, *, system: str | None) -> None:
    """Refuse sampling settings that the engine does not support, naming the option.

    Raises: UsageError.
    """
    plain = Sampling()
    for name in UNABLE.get(engine, ()):
        if getattr(sampling, name) != getattr(plain, name):
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"the {engine} engine has no {option}", expected="an engine that has: vllm, transformers")
    if engine == "recorded" and system is not None:
        raise UsageError("recorded generations were drawn before, with no --system that is known", where="--system")


def count_option(options: Mapping[str, Any], name: str, default: int, *, least: int = 1) -> int:
    """The engine option `name` as a whole number of at least `least`.

    Raises: UsageError.
    """
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name} is {value!r}", where="engine option", expected=f"a whole number from {least}")
    return value


def table_option(options: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The engine option `name` as a table; empty when it is not given.

    Raises: UsageError.
    """
    value = options.get(name, {})
    if not isinstance(value, Mapping):
        raise UsageError(
            f"{name} is {value!r}", where="engine option", expected=f"a TOML table: {name}={{key = value, ...}}"
        )
    return value


def runs_of(indexes: Sequence[int]) -> list[tuple[int, ...]]:
    """Split ascending indexes into runs of consecutive ones, each of which can be one request.

    vLLM seeds the i-th of a request's n generations with the request's seed plus i, so a request across a gap would
    draw the generations in the gap again.
    """
    grouped = itertools.groupby(enumerate(indexes), key=lambda pair: pair[1] - pair[0])
    return [tuple(index for _, index in run) for _, run in grouped]
