"""Loads the settings of an audit: those of the call, then those of the files, checked, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rewardlab.engines import parse_model
from rewardlab.engines.presets import Preset, read_preset
from rewardlab.errors import UsageError
from rewardlab.settings.audit import FROM_FOLDERS, Settings
from rewardlab.settings.layers import Layer, find_layers
from rewardlab.settings.sampling import SamplingSettings, fill_in, folder_of_model, system_text


def load_settings(given: Mapping[str, Any], prompts: Path | None, *, command_line: bool = False) -> Settings:
    """Merge the settings of the call with those of the files; a key in an earlier source wins.

    Arguments: `given` has no key for a setting that was not given; its `config` names a file of settings that wins over
    those that are found. The last file may lie beside `prompts`; only its harmless settings are taken (find_layers).
    Raises: UsageError for a file that is no TOML, an unknown key, or a value out of its range, with file:line.
    """
    said = {key: value for key, value in given.items() if key != "config"}
    config = given.get("config")
    call = Layer(said, None, None, "--" if command_line else "")
    layers = [call, *find_layers(None if config is None else Path(config), prompts)]
    merged: dict[str, Any] = {}
    named_in: dict[str, Path | None] = {}
    preset: Preset | None = None
    from_preset: set[str] = set()
    read = [(layer, _validated(layer)) for layer in layers]
    held = [(layer, layer.taken(values)) for layer, values in read]
    for layer, taken in reversed(held):
        values = dict(taken)
        from_preset -= set(values)
        if (name := values.get("sampling_from")) is not None:
            # Drop what another preset gave.
            merged = {key: value for key, value in merged.items() if key not in from_preset}
            preset = _within_range(read_preset(name, folder=layer.folder, model=_model_named(held)))
            filled = fill_in(values, preset)
            from_preset = set(filled)
            values |= filled
        if values.get("system") is not None:
            values["system"] = system_text(values["system"], layer.folder)
        if "entry" in values:
            merged.pop("weights", None)  # those weights were for other functions
        merged |= values
        named_in |= dict.fromkeys(values, layer.folder)
    settings = Settings.model_validate(merged)
    settings._preset = preset  # noqa: SLF001 - its own
    settings._taken = frozenset(from_preset)  # noqa: SLF001 - its own
    settings._files = tuple(  # noqa: SLF001 - its own
        (layer.name, tuple(name for name in values if name not in taken and name not in merged))
        for (layer, values), (_, taken) in zip(read[1:], held[1:], strict=True)
    )
    return settings.from_folders({name: named_in.get(name) for name in FROM_FOLDERS})


def _within_range(preset: Preset) -> Preset:
    """The preset, its values checked and converted as settings are.

    Raises: UsageError for a value that no setting may have, with the line of the recipe.
    """
    try:
        settings = SamplingSettings.model_validate(dict(preset.values))
    except ValidationError as error:
        detail = error.errors()[0]
        name = str(detail["loc"][0])
        raise _not_allowed(detail, preset.source(name), name=f"{name} ") from None
    return replace(preset, values={name: getattr(settings, name) for name in preset.values})


def _model_named(held: Sequence[tuple[Layer, Mapping[str, Any]]]) -> str | None:
    """The folder or hub name of the model in the first layer that names one; None without one, or behind a server."""
    for layer, values in held:
        if (model := values.get("model")) is not None:
            return folder_of_model(parse_model(model, folder=layer.folder))
    return None


def parse_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check options that override a run's own settings; no file is read.

    Raises: UsageError for a value out of its range.
    """
    return _validated(Layer(given, None, None, "--"))


def _validated(layer: Layer) -> dict[str, Any]:
    try:
        return Settings.model_validate(dict(layer.values)).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise _usage_error(error.errors()[0], layer) from None


def _usage_error(detail: ErrorDetails, layer: Layer) -> UsageError:
    key = str(detail["loc"][0])
    where = layer.where(key)
    if detail["type"] == "extra_forbidden":
        known = list(Settings.model_fields)
        close = difflib.get_close_matches(key, known, n=1)
        return UsageError(
            f"unknown key {key!r}",
            where=where,
            expected=("perhaps " + close[0] + "; " if close else "") + "one of " + ", ".join(known),
        )
    return _not_allowed(detail, where)


def _not_allowed(detail: ErrorDetails, where: str, *, name: str = "") -> UsageError:
    if detail["type"] == "value_error":
        return UsageError(str(detail["ctx"]["error"]), where=where)
    return UsageError(f"{name}{_shown(detail['input'])} is not allowed", where=where, expected=_expected(detail))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _expected(detail: ErrorDetails) -> str:
    """Pydantic's sentence without its verb: "Input should be greater than 0" becomes "greater than 0"."""
    text = detail["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return text[:1].lower() + text[1:]
