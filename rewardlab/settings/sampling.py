"""The settings of the sampling, and where those that were not given come from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypedDict

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rewardlab.engines import ModelSpec
from rewardlab.engines.presets import NAMES, Preset
from rewardlab.engines.thinking import OFF, ON
from rewardlab.errors import UsageError
from rewardlab.readers.conversation import INSTRUCTING
from rewardlab.settings.values import PathText
from rewardlab.task import Message, Prompt, Reasoning, Sampling

#: Engines whose models are read from a folder or the hub, where their own generation_config.json lies.
LOCAL = ("vllm", "transformers")


def _texts(value: object) -> object:
    """Turn a single text into a list of one."""
    return (value,) if isinstance(value, str) else value


def _no_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    if "" in values:
        raise ValueError("an empty text would end every response before it begins; expected a text")
    return values


#: The efforts that templates, servers and Nova know; no model knows all of them.
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def _thinking(value: object) -> object:
    """Turn true and false of TOML and YAML into on and off, and a text into lower case."""
    if isinstance(value, bool):
        return ON if value else OFF
    return value.strip().lower() if isinstance(value, str) else value


def _known_thinking(value: str) -> str:
    if value in (ON, OFF, *EFFORTS):
        return value
    close = difflib.get_close_matches(value, EFFORTS, n=1)
    perhaps = f"perhaps {close[0]}; " if close else ""
    raise ValueError(f"{value!r} is no thinking; expected {perhaps}{ON}, {OFF}, or an effort: {', '.join(EFFORTS)}")


class SamplingSettings(BaseModel):
    """How generations are drawn, by the names of rewardlab.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 1.0
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 512
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    top_p: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    top_k: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    min_p: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    repetition_penalty: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0
    stop: Annotated[tuple[str, ...], BeforeValidator(_texts), AfterValidator(_no_empty)] = ()
    system: Annotated[PathText, Field(min_length=1)] | None = None
    thinking: Annotated[str, BeforeValidator(_thinking), AfterValidator(_known_thinking)] | None = None
    reasoning: Reasoning = "keep"
    sampling_from: Annotated[PathText, Field(min_length=1)] | None = None


class SamplingOptions(TypedDict, total=False):
    """The fields of SamplingSettings as keyword arguments, in the types a caller writes."""

    temperature: float
    max_tokens: int
    seed: int
    top_p: float
    top_k: int
    min_p: float
    repetition_penalty: float
    stop: Sequence[str]
    system: str
    thinking: str
    reasoning: Reasoning
    sampling_from: str


def fill_in(said: Mapping[str, Any], preset: Preset) -> dict[str, Any]:
    """The preset's values of the settings that were not given."""
    return {name: value for name, value in preset.values.items() if name not in said}


def system_text(given: str, folder: Path | None) -> str:
    """The system prompt of `--system TEXT|FILE`; a relative path starts from the folder of the file that names it.

    Raises: UsageError for a file that cannot be read.
    """
    if "\n" in given or len(given) > 1_000:
        return given
    named = Path(given)
    path = folder / named if folder is not None and (folder / named).is_file() else named
    if not path.is_file():
        if looks_like_a_path(given):
            raise UsageError(
                "there is no such file", where=f"--system {given}", expected="a text, or a file that has it"
            )
        return given
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path), expected="a system prompt") from None
    if not text:
        raise UsageError("is empty", where=str(path), expected="a system prompt")
    return text


def looks_like_a_path(text: str) -> bool:
    """Whether a system prompt is meant as a file: one word that is a folder, ends like a file's name or has folders.

    "/no_think" and "/think" are prompts that models know.
    """
    if re.search(r"\s", text):
        return False
    has_folders = text.startswith(("./", "../", "~/")) or "/" in text[1:]
    return has_folders or Path(text).is_dir() or re.fullmatch(r"[^/]*\w\.[a-z]\w{0,7}", text) is not None


def drawn_as(settings: SamplingSettings, *, token_ids: bool = False, lenient: bool = False) -> Sampling:
    """The sampling that the settings describe."""
    return Sampling(
        settings.temperature,
        settings.max_tokens,
        settings.seed,
        top_p=settings.top_p,
        top_k=settings.top_k,
        min_p=settings.min_p,
        repetition_penalty=settings.repetition_penalty,
        stop=settings.stop,
        thinking=settings.thinking,
        thinking_if_known=lenient,
        token_ids=token_ids,
        reasoning=settings.reasoning,
    )


def identity(settings: SamplingSettings) -> dict[str, Any]:
    """The settings that determine a generation; a filter that is off is left out."""
    always = ("temperature", "max_tokens", "seed")
    off = SamplingSettings()
    values = {name: getattr(settings, name) for name in (*NAMES, "seed", "system")}
    kept = {name: value for name, value in values.items() if name in always or value != getattr(off, name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def folder_of_model(spec: ModelSpec) -> str | None:
    """The folder or hub name whose generation_config.json would apply; None for a model that is not loaded here."""
    return spec.model if spec.engine in LOCAL else None


def sources(settings: SamplingSettings, preset: Preset | None) -> dict[str, str]:
    """The source of each setting whose value is the preset's, by the setting's name."""
    if preset is None:
        return {}
    return {name: preset.source(name) for name, value in preset.values.items() if getattr(settings, name) == value}


def with_system(prompts: Sequence[Prompt], text: str | None) -> list[Prompt]:
    """The prompts as the model reads them: the system prompt before those that have none of their own."""
    if text is None:
        return list(prompts)
    turn: Message = {"role": "system", "content": text}
    return [
        prompt if instructed(prompt) else replace(prompt, messages=(turn, *prompt.messages), is_text=False)
        for prompt in prompts
    ]


def instructed(prompt: Prompt) -> bool:
    """Whether a prompt begins with a system prompt of its own."""
    return bool(prompt.messages) and prompt.messages[0]["role"] in INSTRUCTING


def note_of_systems(prompts: Sequence[Prompt], text: str | None) -> list[str]:
    """The notice that some prompts keep their own system prompt; empty where none has one."""
    own = sum(instructed(prompt) for prompt in prompts) if text is not None else 0
    return [f"{own} of {len(prompts)} prompts have a system prompt of their own, and keep it"] if own else []
