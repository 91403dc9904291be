"""The sources of settings, and which settings each may give: a file beside the prompts may have been downloaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rewardlab.engines.presets import TRAINERS
from rewardlab.errors import UsageError

FILE_NAME = "rewardlab.toml"
#: The settings that a file beside the prompts may give: they reach no other host, no other file, no code, no secret.
HARMLESS = frozenset(
    {
        "num_generations",
        "temperature",
        "max_tokens",
        "seed",
        "top_p",
        "top_k",
        "min_p",
        "repetition_penalty",
        "stop",
        "thinking",
        "reasoning",
        "platform",
        "entry",
        "weights",
        "band",
        "band_on",
        "success_at",
        "reward_range",
        "min_informative",
        "min_alpha",
        "judge_sample",
        "reward_timeout",
        "reward_workers",
        "examine_seconds",
        "from_format",
        "columns",
        "split",
        "step",
    }
)
#: The settings by which it may name files in its own folder.
IN_ITS_FOLDER = ("labels", "right", "system", "sampling_from")


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings: its values, the folder its paths are relative to, and how it names a key."""

    values: Mapping[str, Any]
    folder: Path | None
    text: str | None
    name: str
    is_own: bool = True

    def where(self, key: str) -> str:
        if self.text is None:
            return f"{self.name}{key.replace('_', '-') if self.name == '--' else key}"
        for number, line in enumerate(self.text.splitlines(), start=1):
            if re.match(rf"\s*\[?\s*[\"']?{re.escape(key)}\b", line):
                return f"{self.name}:{number}"
        return self.name

    def taken(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that this layer may give: all of them in the user's own file, else only the harmless ones.

        Paths in a file that nobody vouches for must stay in the file's folder, links followed.
        """
        return {
            key: value
            for key, value in values.items()
            if self.is_own or key in HARMLESS or (key in IN_ITS_FOLDER and self._stays(key, value))
        }

    def _stays(self, key: str, value: object) -> bool:
        if not isinstance(value, str) or (key == "sampling_from" and value in TRAINERS):
            return True  # a value that is no text is refused later, as in any file
        if self.folder is None or (key == "system" and not (self.folder / value[:1000]).exists()):
            return not Path(value[:1000]).is_file()
        return (self.folder / value).resolve().is_relative_to(self.folder.resolve())


def find_layers(config: Path | None, prompts: Path | None) -> Iterator[Layer]:
    """The files of settings, the first of which wins.

    The file that the call names, then rewardlab.toml in the working folder; these are the user's own. Then the one
    beside the prompts, which nobody vouches for.
    Raises: UsageError for a file that is no TOML, and a named one that is not there.
    """
    seen: set[Path] = set()
    if config is not None and not config.is_file():
        raise UsageError("there is no such file", where=f"--config {config}", expected="a file of settings, as TOML")
    for path, is_own in (
        (config, True),
        (Path(FILE_NAME), True),
        (prompts.parent / FILE_NAME if prompts is not None else None, False),
    ):
        if path is None or not path.is_file() or path.resolve() in seen:
            continue
        seen.add(path.resolve())
        yield replace(read_layer(path), is_own=is_own)


def read_layer(path: Path) -> Layer:
    """The settings in a file.

    Raises: UsageError for one that is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except RecursionError:
        raise UsageError("not readable as TOML (nested too deeply)", where=str(path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else str(path)
        raise UsageError(f"not readable as TOML ({error})", where=where) from None
    return Layer(values, path.parent, text, str(path))
