"""Turns a prompt's messages into token ids for a local model, with the model's own chat template."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardlab.engines.thinking import template_arguments
from rewardlab.errors import EngineError, TooLongError, UsageError
from rewardlab.readers.conversation import INSTRUCTING
from rewardlab.task import Message, Prompt, Sampling


def read_template(option: object) -> str | None:
    """The chat template in an engine option, which is None, a Jinja text, or the path of a Jinja file.

    Raises: UsageError for a file that cannot be read.
    """
    if option is None:
        return None
    text = str(option)
    if "{" in text:
        return text
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the chat template cannot be read ({error})", where=text, expected="a Jinja file") from None


def asked_of_template(
    tokenizer: Any, template: str | None, sampling: Sampling, *, model: str
) -> tuple[Mapping[str, object], list[str]]:
    """The chat template's arguments for the sampling's `thinking`, and a notice if the template does not know it.

    Raises: EngineError if the template does not know a thinking that must be applied.
    """
    try:
        return template_arguments(sampling.thinking, template or tokenizer.chat_template, where=model), []
    except EngineError as error:
        if not sampling.thinking_if_known:
            raise
        return {}, [f"{error.what}: it is sampled in the model's own way"]


def encode(
    tokenizer: Any, prompt: Prompt, *, template: str | None, extra: Mapping[str, Any], window: int, model: str
) -> list[int]:
    """The token ids of one prompt, up to where the model's turn begins.

    Arguments: `tokenizer` of transformers; `template` overrides its own; `extra` is passed to the template; `window` is
    the most tokens that the model can hold, prompt and response together.
    Raises: EngineError when there is no chat template, when it refuses the messages, or when the prompt fills the
    window and leaves no room for an answer.
    """
    where = f"prompt {prompt.id!r} (line {prompt.line})"
    if template is None and not tokenizer.chat_template:
        if not prompt.is_text:
            raise EngineError(
                "the tokenizer has no chat template and the prompts are messages",
                where=model,
                expected="a chat template in the model folder",
                do="give one with --engine-option chat_template=FILE, or use prompts that are plain text",
            )
        ids = tokenizer.encode(str(prompt.messages[0]["content"]))
    else:
        try:
            text = tokenizer.apply_chat_template(
                turns_for(prompt.messages, template or tokenizer.chat_template),
                tools=prompt.row.get("tools"),
                chat_template=template,
                tokenize=False,
                add_generation_prompt=True,
                **extra,
            )
        except Exception as error:  # a template is a program of the model's author and may raise anything
            raise EngineError(f"the chat template refuses the messages ({error})", where=where) from error
        ids = tokenizer.encode(text, add_special_tokens=False)
    if len(ids) >= window:
        raise TooLongError(
            f"{len(ids)} tokens",
            where=where,
            expected=f"fewer than the model's window of {window}, to leave room for an answer",
            do="shorten or delete the prompt, or raise the window (vllm: --engine-option max_model_len=N)",
        )
    return list(ids)


def turns_for(messages: Sequence[Message], template: object) -> list[Message]:
    """Convert developer turns for templates that do not know them, since most would silently leave them out.

    For such a template they become system turns, and the leading system and developer turns become one.
    """
    if "developer" in str(template) or not any(turn["role"] == "developer" for turn in messages):
        return list(messages)
    first = list(itertools.takewhile(lambda turn: turn["role"] in INSTRUCTING, messages))
    system = {"role": "system", "content": "\n\n".join(str(turn["content"]) for turn in first)}
    rest = [{**turn, "role": "system"} if turn["role"] == "developer" else turn for turn in messages[len(first) :]]
    return [*([system] if first else []), *rest]


def encode_all(
    tokenizer: Any,
    prompts: Sequence[Prompt],
    *,
    template: str | None,
    extra: Mapping[str, Any],
    window: int,
    model: str,
) -> list[list[int]]:
    """`encode` all prompts first, so that one that cannot be sampled stops the run before it starts."""
    return [encode(tokenizer, p, template=template, extra=extra, window=window, model=model) for p in prompts]


def short_room(ids: Sequence[Sequence[int]], *, max_tokens: int, window: int) -> list[str]:
    """The notice that the window leaves some responses less than `max_tokens`; empty if it leaves all enough."""
    cut = sum(len(tokens) + max_tokens > window for tokens in ids)
    if not cut:
        return []
    room = f"less room than --max-tokens {max_tokens}"
    return [f"the model's window of {window} tokens leaves {cut} of {len(ids)} prompts {room}"]
