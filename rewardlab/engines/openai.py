"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp, a gateway, OpenAI itself.

Options (`--engine-option NAME=VALUE`, `[engine]` in rewardlab.toml): `base_url` (OPENAI_BASE_URL), `api_key`
(OPENAI_API_KEY), `concurrency` (requests in flight; 32), `timeout` (seconds for one; 600), `max_retries` (8, of the
openai package, with its backoff), `extra_body` (a table that goes into each request as it is).
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import openai

from rewardlab.engines import check_options, count_option, runs_of, table_option
from rewardlab.engines.server import Server, server_failure, silent_server
from rewardlab.errors import EngineError
from rewardlab.task import Generation, Request, Sampling

OPTIONS = ("base_url", "api_key", "concurrency", "timeout", "max_retries", "extra_body")
Put: TypeAlias = Callable[[Generation], None]


@dataclass(slots=True)
class Dialect:
    """What the server has been seen to take; learnt from its refusals and kept for the rest of the run."""

    several: bool = True
    seed: bool = True
    limit: str = "max_tokens"
    ...
