"""Where text comes from. One Protocol; each engine is a module with `open_engine`, listed in ENGINES."""

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

#: Engine name to the module that opens it; the module is imported when its engine is asked for.
ENGINES: Mapping[str, str] = {
    "vllm": "rewardlab.engines.vllm",
    "transformers": "rewardlab.engines.transformers",
    "openai": "rewardlab.engines.openai",
    "bedrock": "rewardlab.engines.bedrock",
    "recorded": "rewardlab.engines.recorded",
}
#: Whose server may keep a model's thought apart from its text, so that it can be kept or dropped.
APART = ("openai",)
#: Whose models lie on this machine, or are fetched to it.
LOCAL = ("vllm", "transformers")
#: Whose models are names, never paths.
BEHIND_A_SERVER = ("openai", "bedrock")


class Engine(Protocol):
    """A loaded model."""

    @property
    def versions(self) -> Mapping[str, str]:
        """What the text depends on besides the settings: library versions, device. For the provenance."""

    @property
    def notices(self) -> Sequence[str]:
        """What a person should know of this engine and these prompts, one sentence each."""

    def generate(self, requests: Sequence[Request], sampling: Sampling, /) -> Iterator[Generation]:
        """Yield each generation asked for as soon as it is finished, in any order.

        Raises: EngineError when a prompt cannot be sampled (too long, no chat template) or the engine fails.
        """

    def close(self) -> None:
        """Free the model; no generation follows."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model's name as it is written everywhere: `ENGINE:MODEL`; a bare path or hub name means vllm."""

    engine: str
    model: str

    def __str__(self) -> str:
        return f"{self.engine}:{self.model}"


def told_apart(model: str) -> str:
    """The notice of an engine whose server hands over a model's reasoning beside its text."""
    return f"the server keeps the reasoning of {model} out of its text; a reward that reads it will not find it there"


def check_reasoning(spec: ModelSpec, reasoning: Reasoning) -> None:
    """Refuse what an engine cannot do with a model's thoughts: only a server keeps them apart from the text.

    Raises: UsageError.
    """
    if spec.engine in APART or (reasoning == "keep" and spec.engine != "bedrock"):
        return
    why = "hands over no thoughts" if spec.engine == "bedrock" else "hands over the text as the model wrote it"
    raise UsageError(f"the {spec.engine} engine {why}", where=f"--reasoning {reasoning}", do="leave it out")


def parse_model(text: str, *, folder: Path | None = None) -> ModelSpec:
    """Read a model spec. A relative path that exists under `folder` (of the file that names it) is taken from there.

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
    """The path without its "..", which a report would show, where no symbolic link makes them mean another."""
    plain = Path(os.path.normpath(path))
    return plain if plain.exists() and plain.samefile(path) else path


def check_spec(spec: ModelSpec) -> None:
    """Refuse, before anything is loaded, the name of a local model that is no folder and none of the hub's.

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


#: What an engine cannot draw with, by the names of Sampling; what a server behind `openai:` cannot, it says itself.
UNABLE: Mapping[str, tuple[str, ...]] = {"bedrock": ("min_p", "repetition_penalty")}


def check_sampling(engine: str, sampling: Sampling, *, system: str | None) -> None:
    """Refuse what an engine cannot draw with, by the option's name.

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
    """Split ascending indexes into runs of neighbours: vLLM seeds the i-th of n with the request's seed plus i.

    One request over a gap would draw again what fills the gap.
    """
    grouped = itertools.groupby(enumerate(indexes), key=lambda pair: pair[1] - pair[0])
    return [tuple(index for _, index in run) for _, run in grouped]
