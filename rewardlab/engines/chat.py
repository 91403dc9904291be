"""From a prompt's messages to the token ids a local model reads, with its own chat template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardlab.errors import EngineError, TooLongError, UsageError
from rewardlab.task import Prompt


def check_model(model: str) -> None:
    """Refuse a local path that is no model folder. A name that is no path is left to the hub's client.

    Raises: EngineError.
    """
    path = Path(model)
    looks_local = path.exists() or model.startswith((".", "/", "~")) or model.count("/") > 1
    if not looks_local:
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


def read_template(option: object) -> str | None:
    """The chat template of an engine option: None, a Jinja text, or a file that holds one.

    Raises: UsageError when a file is named that cannot be read.
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


def encode(
    tokenizer: Any, prompt: Prompt, *, template: str | None, extra: Mapping[str, Any], window: int, model: str
) -> list[int]:
    """The token ids of one prompt, ending where the model's turn begins.

    Arguments: `tokenizer` of transformers; `template` overrides its own; `extra` goes to the template;
    `window` is the most tokens the model can hold, prompt and response together.
    Raises: EngineError without a chat template, when the template refuses the messages, or when the prompt fills the
    window and leaves no room to answer.
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
                list(prompt.messages),
                tools=prompt.row.get("tools"),
                chat_template=template,
                tokenize=False,
                add_generation_prompt=True,
                **extra,
            )
        except Exception as error:  # templates are programs of the model's author and raise whatever they like
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


def encode_all(
    tokenizer: Any,
    prompts: Sequence[Prompt],
    *,
    template: str | None,
    extra: Mapping[str, Any],
    window: int,
    model: str,
) -> list[list[int]]:
    """`encode` for each prompt, so that a prompt that cannot be sampled stops the run before it starts."""
    return [encode(tokenizer, p, template=template, extra=extra, window=window, model=model) for p in prompts]


def short_room(ids: Sequence[Sequence[int]], *, max_tokens: int, window: int) -> list[str]:
    """The notice that the window cuts some responses shorter than `max_tokens`; empty when it cuts none."""
    cut = sum(len(tokens) + max_tokens > window for tokens in ids)
    if not cut:
        return []
    room = f"less room than --max-tokens {max_tokens}"
    return [f"the model's window of {window} tokens leaves {cut} of {len(ids)} prompts {room}"]
