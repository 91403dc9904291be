"""The sampling settings of trainers' rollouts: known defaults by trainer, or read from a training run's recipe.

Values have the names of rewardlab's own settings, each with the place where it was found.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml

from rewardlab.errors import EngineError, UsageError
from rewardlab.task import Sampling

Value: TypeAlias = float | int | str | tuple[str, ...]

NAMES = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "max_tokens", "stop", "thinking")
#: The name that stands for the model's own generation_config.json.
MODEL = "model"
CONFIG = "generation_config.json"


@dataclass(frozen=True, slots=True)
class Preset:
    """Sampling settings by name, with the source of each; `group_size` is the trainer's generations per prompt."""

    name: str
    values: Mapping[str, Value]
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    group_size: int | None = None

    def source(self, name: str) -> str:
        """The source of the value with this name."""
        return self.sources.get(name, self.name)


HYPERPOD_RECIPES = "aws/sagemaker-hyperpod-recipes 2631995, nova_lite"
#: The trainers' defaults, with the versions where they were read; only documented values are included.
TRAINERS: Mapping[str, Preset] = {
    "smtj": Preset(
        f"the SMTJ RFT recipe ({HYPERPOD_RECIPES}_v2_smtj_p5_p5en_gpu_lora_rft.yaml)",
        {"temperature": 1.0, "top_k": 1, "max_tokens": 6000, "thinking": "high"},
        group_size=2,
    ),
    "hyperpod": Preset(
        f"the HyperPod RFT recipe ({HYPERPOD_RECIPES}_2_0_p5_gpu_rft.yaml)",
        {"temperature": 1.0, "top_k": 0, "max_tokens": 8192, "thinking": "high"},
        group_size=8,
    ),
    "bedrock": Preset(
        "Bedrock's reinforcement fine-tuning (its defaults; it documents no temperature and no filter)",
        {"max_tokens": 2048, "thinking": "medium"},
        group_size=8,
    ),
    "trl": Preset(
        "TRL's GRPOConfig (1.16.0)",
        {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "repetition_penalty": 1.0, "max_tokens": 512},
        group_size=8,
    ),
    "verl": Preset(
        "verl's rollout (0.9.1)", {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "max_tokens": 512}, group_size=None
    ),
}

Place: TypeAlias = tuple[str, ...]
#: The section of a recipe in which each trainer has its sampling settings; the names in it follow.
SECTIONS: Mapping[str, Place] = {
    "Nova RFT": ("training_config", "rollout", "generator"),
    "Nova agentic RFT": ("sampling_params",),
    "verl": ("actor_rollout_ref", "rollout"),
    "NeMo RL": ("policy", "generation"),
    "prime-rl": ("orchestrator", "sampling"),
    "TRL": (),
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "top_k": ("top_k",),
    "min_p": ("min_p",),
    "repetition_penalty": ("repetition_penalty",),
    "max_tokens": ("max_new_tokens", "max_completion_length", "response_length", "max_tokens"),
    "stop": ("stop_strings", "stop"),
}
#: Settings that are in other sections of a recipe.
ELSEWHERE: Mapping[str, tuple[Place, ...]] = {
    "thinking": (("training_config", "reasoning_effort"),),
    "max_tokens": (("data", "max_response_length"),),
    "group_size": (
        ("training_config", "rollout", "advantage_strategy", "number_generation"),
        ("batch", "group_size"),
        ("actor_rollout_ref", "rollout", "n"),
        ("grpo", "num_generations_per_prompt"),
        ("orchestrator", "group_size"),
        ("num_generations",),
    ),
}


def read_preset(text: str, *, folder: Path | None = None, model: str | None = None) -> Preset:
    """The sampling of a trainer, of a recipe file, or of the model itself ("model").

    Arguments: a relative path of a recipe is looked for under `folder` (that of the file that names it) first; `model`
    is a folder or a hub name.
    Raises: UsageError for a name that is none of these, and for a file without sampling settings.
    """
    if text in TRAINERS:
        return TRAINERS[text]
    if text == MODEL:
        return _of_model(model)
    named = Path(text)
    path = folder / named if folder is not None and (folder / named).exists() else named
    if not path.is_file():
        known = ", ".join([*TRAINERS, MODEL])
        raise UsageError(
            f"{text!r} is no trainer and no file", where="--sampling-from", expected=f"{known}, or a recipe's YAML"
        )
    return read_recipe(path)


def read_recipe(path: Path) -> Preset:
    """The sampling in a recipe of Nova, verl, TRL, NeMo RL or prime-rl, as YAML, JSON or TOML.

    Raises: UsageError for a file that cannot be read as one of these, has no sampling settings, or has a value of the
    wrong kind.
    """
    root = _parsed(path)
    values: dict[str, Value] = {}
    sources: dict[str, str] = {}
    for section in SECTIONS.values():
        if not section and values:
            continue  # TRL's keys are at the top level, where another trainer's recipe may use the same names
        for name, words in WORDS.items():
            for word in words:
                _take(path, name, _at(root, (*section, word)), values, sources)
    for name, places in ELSEWHERE.items():
        for place in places:
            if name not in values:
                _take(path, name, _at(root, place), values, sources)
    group = values.pop("group_size", None)
    sources.pop("group_size", None)
    if not values:
        sections = ", ".join(".".join(section) for section in SECTIONS.values() if section)
        raise UsageError(
            "holds no sampling of a trainer", where=str(path), expected=f"one of {sections}, or TRL's keys"
        )
    return Preset(str(path), values, sources, group if isinstance(group, int) else None)


def _parsed(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(_as_yaml(path), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"cannot be read ({error})", where=str(path), expected="a recipe as YAML, JSON or TOML"
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = str(path) if mark is None else f"{path}:{mark.line + 1}"
        what = getattr(error, "problem", None) or "it is no YAML"
        raise UsageError(f"not readable as YAML ({what})", where=where) from None


def _as_yaml(path: Path) -> str:
    """The file's text in a form that YAML can read: JSON without tabs; TOML as JSON, which loses line numbers."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        return json.dumps(tomllib.loads(text), default=str, ensure_ascii=False)
    return text.expandtabs(1) if path.suffix == ".json" else text


def _place(path: Path, node: yaml.Node) -> str:
    return str(path) if path.suffix == ".toml" else f"{path}:{node.start_mark.line + 1}"


def _at(node: yaml.Node | None, place: Place) -> yaml.Node | None:
    """The node under these keys; None if there is none. Keys may be joined with dots, as in overrides."""
    if not place:
        return node
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in _pairs(node):
        parts = tuple(str(key.value).split(".")) if isinstance(key, yaml.ScalarNode) else ()
        if parts and place[: len(parts)] == parts:
            found = _at(value, place[len(parts) :])
            if found is not None:
                return found
    return None


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The pairs of a mapping in order of precedence: the last of a repeated key first, merged (`<<`) ones last."""
    pending: list[yaml.Node] = [node]
    seen: set[int] = set()  # an anchor may merge itself
    while pending:
        mapping = pending.pop(0)
        if not isinstance(mapping, yaml.MappingNode) or id(mapping) in seen:
            continue
        seen.add(id(mapping))
        merged: list[yaml.Node] = []
        for key, value in reversed(mapping.value):
            if key.tag == "tag:yaml.org,2002:merge":
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            else:
                yield key, value
        pending = [*merged, *pending]


def _take(path: Path, name: str, node: yaml.Node | None, values: dict[str, Value], sources: dict[str, str]) -> None:
    """Record a value and its source; null, and a reference to another part of the configuration, are skipped."""
    if node is None or name in values:
        return
    where = _place(path, node)
    given = _plain(node, where)
    if given is None or (isinstance(given, str) and given.startswith("${")):
        return
    values[name] = _checked(name, given, where)
    sources[name] = where


def _plain(node: yaml.Node, where: str) -> Any:
    """The node's value as read by YAML 1.1, where 1e-6 is a text, which `_number` reads as a number."""
    try:
        return yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"not readable as YAML ({error})", where=where) from None


def _checked(name: str, given: Any, where: str) -> Value:
    """The value in the form of rewardlab's setting: top_k without a filter is 0, thinking false is "off"."""
    if name == "stop":
        texts = [given] if isinstance(given, str) else given
        if isinstance(texts, list) and all(isinstance(one, str) and one for one in texts):
            return tuple(texts)
        raise UsageError(f"{name} is {given!r}", where=where, expected="a text or a list of texts")
    if name == "thinking":
        return str(given) if not isinstance(given, bool) else "on" if given else "off"
    number = _number(given)
    if number is None:
        raise UsageError(f"{name} is {given!r}", where=where, expected="a number")
    if name in ("top_k", "max_tokens", "group_size"):
        if number != int(number):
            raise UsageError(f"{name} is {given!r}", where=where, expected="a whole number")
        return max(int(number), 0)
    return number


def _number(given: Any) -> float | None:
    if isinstance(given, bool):
        return None
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _of_model(model: str | None) -> Preset:
    """The sampling that the model's author recommends, which some servers and trainers apply."""
    if model is None:
        raise UsageError(
            "no model of this machine is named whose sampling to take",
            where="--sampling-from model",
            expected="a --model of vllm: or transformers:",
            do="for a model elsewhere, name the values: --temperature, --top-p, --top-k, ...",
        )
    path = _config_of(model)
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path), expected="a table, as JSON") from None
    found = recommended(held if isinstance(held, Mapping) else {}, str(path))
    return Preset(str(path), found, dict.fromkeys(found, str(path)))


def _config_of(model: str) -> Path:
    if Path(model).is_dir():
        path = Path(model) / CONFIG
        if not path.is_file():
            raise UsageError(
                f"the model has no {CONFIG}", where=model, do="name the values: --temperature, --top-p, ..."
            )
        return path
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - heavy and optional: only for hub names
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415 - the same

    try:
        return Path(hf_hub_download(model, CONFIG))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise EngineError(
            f"{CONFIG} of {model} cannot be had ({str(error).splitlines()[0]})",
            where="--sampling-from model",
            do="name the values: --temperature, --top-p, --top-k, ...",
        ) from None


def recommended(config: Mapping[str, Any], where: str) -> dict[str, Value]:
    """The values of a generation_config.json that a server or trainer would apply, by the names of settings.

    Raises: UsageError for a value of the wrong kind.
    """
    found = {name: _checked(name, config[name], where) for name in NAMES[:5] if config.get(name) is not None}
    if config.get("do_sample") is False:
        found["temperature"] = 0.0
    if config.get("max_new_tokens") is not None:
        found["max_tokens"] = _checked("max_tokens", config["max_new_tokens"], where)
    return found


def unapplied(config: Mapping[str, Any] | None, sampling: Sampling) -> list[str]:
    """The notice of recommendations in the model's generation_config.json that this sampling does not follow."""
    try:
        found = recommended(config or {}, CONFIG)
    except UsageError:
        return []
    other = {name: value for name, value in found.items() if name != "max_tokens" and value != getattr(sampling, name)}
    if not other:
        return []
    listed = ", ".join(f"{name} {value:g}" for name, value in other.items())
    applied = f"the model's {CONFIG} says {listed}: servers and some trainers apply it, this run does not"
    return [f"{applied} (--sampling-from model does)"]
