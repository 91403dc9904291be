"""Checks a model's name: is it a folder or a model on the hub, or did the user forget the engine's prefix?"""

from __future__ import annotations

import importlib.util
import os
import queue
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from rewardlab.errors import EngineError

#: The hub's answer about a name; "silent" if there was none in time.
Told: TypeAlias = Literal["known", "unknown", "silent"]

#: How long the hub may take to say whether it has a model.
HUB_SECONDS = 1.0
#: Patterns of names, and the model spec that each kind of name means; the first match counts.
KINDS = (
    (re.compile(r"\.(jsonl?|parquet|csv)$", re.IGNORECASE), "recorded:{}"),
    (
        re.compile(r"^arn:aws|^((us|eu|apac|global|us-gov|jp|au)\.)?(amazon|anthropic|meta|mistral|cohere|ai21)\."),
        "bedrock:{}",
    ),
    (re.compile(r"^nova[-_ ]", re.IGNORECASE), "bedrock:us.amazon.{}-v1:0"),
)
#: Names of models that only servers offer.
NEVER_LOCAL = re.compile(r"^(gpt-\d|chatgpt|o\d|claude|gemini|grok|command-r)", re.IGNORECASE)
HUB_NAME = re.compile(r"([\w.-]+/)?[\w.-]+")
#: The spec of a model behind a server.
SERVED = "openai:{}"
MEANS = {
    "openai": "a server; OPENAI_BASE_URL names it",
    "bedrock": "a model of Bedrock's",
    "recorded": "generations sampled before",
}


def likely(name: str) -> str:
    """The spec that a name without its engine most likely means."""
    return next((form for pattern, form in KINDS if pattern.search(name)), SERVED).format(name)


def advice(name: str) -> str:
    """What to write instead of a name that does not exist."""
    specs = dict.fromkeys([likely(name), SERVED.format(name)])
    told = [f"{spec} ({MEANS[spec.partition(':')[0]]})" for spec in specs]
    return f"write --model {', or '.join(told)}, or vllm: or transformers: and a folder or ORG/NAME of the hub"


def check_model(model: str) -> None:
    """Refuse a local path that is not a model folder, and a name that is not on the hub.

    Raises: EngineError.
    """
    path = Path(model)
    looks_local = path.exists() or model.startswith((".", "/", "~")) or model.count("/") > 1
    if not looks_local:
        check_name(model)
        return
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        raise EngineError(f"the model folder {what}", where=model, expected="a folder with config.json and weights")
    if not (path / "config.json").is_file():
        raise EngineError(
            "no config.json in the model folder",
            where=model,
            expected="a model as transformers saves one: config.json, tokenizer and weights",
            do="name the folder that save_pretrained wrote",
        )


def check_name(
    name: str, *, ask: Callable[[str], Told] | None = None, environment: Mapping[str, str] = os.environ
) -> None:
    """Refuse a name that is neither a folder nor on the hub, within two seconds and before any heavy import.

    A name is on the hub if the hub's cache has it, or if the hub says so: ORG/NAME or an old NAME alone, optionally
    with a file of the model after a colon, as vLLM accepts them. If the hub's client is not installed, a name with an
    owner passes; if vLLM is configured to take models from elsewhere, any name passes.
    Raises: EngineError.
    """
    if Path(name).exists() or environment.get("VLLM_USE_MODELSCOPE", "").lower() in {"1", "true"}:
        return
    base = name.partition(":")[0]
    is_name = HUB_NAME.fullmatch(base) is not None and not is_elsewhere(name)
    if is_name and (is_cached(base) if has_client() else "/" in base):
        return
    told = (ask or ask_hub)(base) if is_name and has_client() else "unknown"
    match told:
        case "unknown":
            none = "the hub has no such model, or a private one (HF_TOKEN)" if is_name else "no model of the hub's"
            what = f"{name!r} is no folder, and {none}"
        case "silent":
            what = f"{name!r} is no folder and not in the hub's cache, and the hub cannot be reached"
        case _:
            return
    raise EngineError(what, where="--model", do=advice(name))


def is_elsewhere(name: str) -> bool:
    """Whether a name is surely not on the hub: a recording, a Bedrock model, or one that only its maker serves."""
    return NEVER_LOCAL.match(name) is not None or likely(name) != SERVED.format(name)


def is_cached(name: str) -> bool:
    """Whether the hub's cache has any file of a model; nothing is downloaded."""
    from huggingface_hub import constants  # noqa: PLC0415 - comes with transformers, and is optional

    kept = Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "snapshots"
    return any(kept.glob("*/*"))


def has_client() -> bool:
    """Whether the hub's client is installed."""
    return importlib.util.find_spec("huggingface_hub") is not None


def cached(name: str, file: str) -> Path | None:
    """The folder in the hub's cache with this file of a model; nothing is downloaded."""
    if not has_client():
        return None
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - comes with transformers, and is optional

    try:
        found = try_to_load_from_cache(name, file)
    except ValueError:  # not a valid name
        return None
    return Path(found).parent if isinstance(found, str) else None


def ask_hub(name: str, *, seconds: float = HUB_SECONDS) -> Told:
    """Ask the hub about a name, with its own client, and wait at most `seconds` for the answer."""
    said: queue.SimpleQueue[Told] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(name, seconds, said), name="rewardlab-hub", daemon=True).start()
    try:
        return said.get(timeout=seconds)
    except queue.Empty:
        return "silent"


def _ask(name: str, seconds: float, said: queue.SimpleQueue[Told]) -> None:
    from huggingface_hub import HfApi  # noqa: PLC0415 - comes with transformers, and is optional
    from huggingface_hub.errors import RepositoryNotFoundError  # noqa: PLC0415 - as above

    try:
        HfApi().model_info(name, timeout=seconds)
        said.put("known")
    except RepositoryNotFoundError:
        said.put("unknown")
    except Exception:  # noqa: BLE001 - its network libraries may raise anything, which counts as no answer
        said.put("silent")
