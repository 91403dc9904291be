"""Remedies for failures of reward code whose error message shows the cause."""

from __future__ import annotations

import re

#: The error of a reward that looks up an environment variable it was not given.
VARIABLE = re.compile(r"KeyError: '([A-Z][A-Z0-9_]*)'")
#: The error of an import of a module that does not exist.
MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w]+)")
#: The remedy for a reward that reads token ids without naming them as a parameter, so that they were not kept.
NAME_THEM = "name completion_ids among its parameters, not in **kwargs: ids are kept for what asks for them by name"
#: The remedy for a reward that reads token ids on a platform that sends none.
MEASURE_TEXT = "measure the text (len(completion) or its words) where it measures tokens"
RELATIVE = "attempted relative import with no known parent package"


def remedy_of_tokens(engine: str, model: str) -> str:
    """How to get token ids for generations of this engine that have none."""
    match engine:
        case "recorded":
            return (
                f'give each row of {model} its "token_ids": [...], as the model that wrote it drew them, and audit '
                "into a new folder (--out NEW): a run keeps none that its first reward did not ask for"
            )
        case "openai":
            return (
                "the server gave none (vLLM's and SGLang's do, when asked for return_token_ids), or this run was "
                "sampled for a reward that asked for none: audit into a new folder (--out NEW), or with --model vllm:"
            )
        case "bedrock":
            return (
                "Bedrock gives none: sample with --model vllm:, transformers: or openai: into a new folder (--out NEW)"
            )
        case _:
            return (
                "this run was sampled for a reward that asked for none: audit this one into a new folder "
                "(rewardlab audit REWARD PROMPTS --model MODEL --out NEW)"
            )


def remedy_of_import(text: str) -> str | None:
    """What to do about code that cannot be loaded; None if its error message does not show the cause."""
    if "of one kind" in text:
        return "name the one to audit with --entry"
    if RELATIVE in text:
        return (
            "a reward is loaded as a file, as on Lambda, with its folder on the path: write `from sibling import x` "
            "for `from .sibling import x`"
        )
    if absent := MODULE.search(text):
        return (
            f"put {absent[1]}.py beside the reward, or install what it comes from into the Python that runs rewardlab "
            "(python -m pip install)"
        )
    if missing := VARIABLE.search(text):
        return f"if it is a variable of the environment, set it and hand it over with --reward-env {missing[1]}"
    return None


def line_of(where: str, text: str) -> str:
    """`file:line` if the worker's message ends with a line of the file `where`; otherwise `where`."""
    tail = text.rpartition("(")[2].rstrip(")")
    name, _, line = tail.rpartition(":")
    if line.isdigit() and where.endswith(name):
        return f"{where}:{line}"
    return f"{where}:{tail[5:]}" if tail.startswith("line ") and tail[5:].isdigit() else where
