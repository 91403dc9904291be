"""An audit's settings: from the command line or the call, then rewardlab.toml here, then the one beside the prompts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from rewardlab.engines import ModelSpec, check_reasoning, parse_model
from rewardlab.engines.presets import Preset, read_preset
from rewardlab.errors import UsageError
from rewardlab.judging.definition import Judge, load_judge
from rewardlab.platforms import PLATFORMS, Platform, ReferencePlace, Shape
from rewardlab.ratings.alpha import MIN_ALPHA
from rewardlab.rewards.isolation.process import RewardSource
from rewardlab.settings.layers import Layer, find_layers
from rewardlab.settings.reading import ReadingOptions, ReadingSettings
from rewardlab.settings.sampling import SamplingSettings, fill_in, folder_of_model, system_text
from rewardlab.settings.values import (
    Finite,
    Pair,
    PathText,
    absolute,
    joined,
    known_platform,
    names,
    numbers,
    one_or_more,
    paths,
    within_one,
)

#: Of the reward's own seconds on each of its workers, that an examination may take.
EXAMINE_SECONDS = 90.0
#: Settings whose paths are relative to the folder of the file that names them.
FROM_FOLDERS = ("model", "labels", "right", "judge", "reward_files", "judge_files")
#: Processes of a reward at once: more would be a mistake of writing.
MOST_WORKERS = 256


class Settings(ReadingSettings):
    """Frozen settings of an audit, with the names of rewardlab.toml; the command line writes them with hyphens."""

    model: Annotated[str, Field(min_length=1)] | None = None
    num_generations: Annotated[int, Field(ge=1, le=4096)] | None = None
    platform: Annotated[str, AfterValidator(known_platform)] = "smtj"
    entry: Annotated[str | None, BeforeValidator(joined)] = None
    weights: Annotated[tuple[Finite, ...] | None, BeforeValidator(numbers)] = None
    reward_kwargs: dict[str, Any] = Field(default_factory=dict)
    band: Annotated[Pair, AfterValidator(within_one)] = (0.05, 0.95)
    band_on: Literal["accuracy", "solved"] = "accuracy"
    success_at: Finite | None = None
    reward_range: Pair | None = None
    labels: PathText | None = None
    right: PathText | None = None
    min_informative: Annotated[float, Field(ge=0, le=1)] = 0.2
    judge: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(one_or_more)] = ()
    judge_env: Annotated[tuple[str, ...], BeforeValidator(names)] = ()
    judge_network: bool = False
    judge_files: Annotated[tuple[str, ...], BeforeValidator(paths)] = ()
    judge_sample: Annotated[int, Field(ge=1)] | None = None
    min_alpha: Annotated[float, Field(ge=0, le=1)] = MIN_ALPHA
    reward_timeout: Annotated[float, Field(gt=0, le=900)] = 60.0
    reward_memory: Annotated[int, Field(ge=128, le=10240)] = 512
    reward_env: Annotated[tuple[str, ...], BeforeValidator(names)] = ()
    reward_network: bool = False
    reward_files: Annotated[tuple[str, ...], BeforeValidator(paths)] = ()
    reward_workers: Annotated[int, Field(ge=1, le=MOST_WORKERS)] | None = None
    examine_seconds: Annotated[float, Field(gt=0, le=86_400)] = EXAMINE_SECONDS
    out: PathText | None = None
    engine: dict[str, Any] = Field(default_factory=dict)

    _model_folder: Path | None = None
    _labels_folder: Path | None = None
    _right_folder: Path | None = None
    _judge_folder: Path | None = None
    _reward_files_folder: Path | None = None
    _judge_files_folder: Path | None = None
    _packaged: bool = False
    _layer: Path | None = None
    _place: ReferencePlace | None = None
    _preset: Preset | None = None
    _taken: frozenset[str] = frozenset()
    _files: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def stored(self) -> dict[str, Any]:
        """What a run directory keeps: what was set, without the run's own name and without secrets."""
        kept = self.model_dump(exclude_unset=True, exclude={"out", "labels", "right", "judge"}, mode="json")
        kept |= {"right": str(self.right_path)} if self.right is not None else {}
        return kept | ({"engine": without_secrets(self.engine)} if "engine" in kept else {})

    @property
    def declared(self) -> list[float | None]:
        """What was said of the reward's scores: the range's ends and the success threshold, None where nothing was."""
        return [*(self.reward_range or (None, None)), self.success_at]

    def from_folders(self, folders: Mapping[str, Path | None]) -> Settings:
        """These settings, whose paths (FROM_FOLDERS) are relative to the folders of the files that name them."""
        for name, folder in folders.items():
            setattr(self, f"_{name}_folder", folder)
        return self

    def of_package(
        self,
        *,
        platform: str,
        entry: str | None,
        weights: tuple[float, ...] | None = None,
        arguments: Mapping[str, Any] | None = None,
        layer: Path | None = None,
    ) -> Settings:
        """These settings for the reward in a package, which is called as its Lambda is, with its `layer` beside it."""
        called = {"entry": entry, "weights": weights, "reward_kwargs": dict(arguments or {})}
        settings = self.model_copy(update={"platform": platform, **called})
        settings._packaged, settings._layer = True, layer  # noqa: SLF001 - its own
        return settings

    def source_of(self, reward: Path, seconds: float) -> RewardSource:
        """The reward file to score with, one invocation bounded by so many seconds."""
        return RewardSource(
            reward,
            self.entry,
            seconds,
            self.reward_memory,
            self.reward_env,
            packaged=self.packaged,
            weights=self.weights,
            arguments=tuple(self.reward_kwargs.items()),
            files=(*self.reward_paths, *([str(self._layer)] if self._layer else [])),
            network=self.reward_network,
        )

    def reading(self, shape: Shape) -> Settings:
        """These settings for a handler that reads the reference where it lies in this shape."""
        settings = self.model_copy()
        settings._place = shape.reference  # noqa: SLF001 - its own
        return settings

    @property
    def profile(self) -> Platform:
        """The platform, whose first shape is the one that the audit sends."""
        return PLATFORMS[self.platform].reading(self._place)

    @property
    def preset(self) -> Preset | None:
        """Whose sampling was taken where nothing was said; None where none was asked for."""
        return self._preset

    @property
    def files(self) -> tuple[str, ...]:
        """The files that settings came from, the first of which wins."""
        return tuple(name for name, _ in self._files)

    @property
    def notes(self) -> list[str]:
        """Which files settings came from, and what of them was left out, a sentence each."""
        shown = [f"settings from {name}" for name in self.files]
        left = [
            f"{name} lies beside the prompts, which may have been downloaded: its {', '.join(names)} left out "
            f"(--config {name} takes all of it)"
            for name, names in self._files
            if names
        ]
        return [*shown, *left]

    def is_taken(self, name: str) -> bool:
        """Whether the value of a sampling's setting is the preset's, and was not asked for by name."""
        return name in self._taken

    @property
    def packaged(self) -> bool:
        """Whether they are of a package's reward."""
        return self._packaged

    @property
    def labels_path(self) -> Path | None:
        """The file of labels, its path taken from the folder of the file that names it."""
        return None if self.labels is None else (self._labels_folder or Path()) / self.labels

    @property
    def right_path(self) -> Path | None:
        """The file of examples of right answers, its path taken from the folder of the file that names it."""
        return None if self.right is None else (self._right_folder or Path()) / self.right

    @property
    def reward_paths(self) -> tuple[str, ...]:
        """What the reward may use beside its folder, absolute; relative paths are those of the file that names them."""
        return absolute(self.reward_files, self._reward_files_folder)

    def load_judges(self) -> tuple[Judge, ...]:
        """The judges, their paths taken from the folder of the file that names them.

        Raises: UsageError for one that is not there or cannot be used.
        """
        judges = (load_judge(text, folder=self._judge_folder) for text in self.judge)
        files = absolute(self.judge_files, self._judge_files_folder)
        return tuple(
            replace(judge, environment=self.judge_env, files=files, network=self.judge_network) for judge in judges
        )

    @property
    def model_spec(self) -> ModelSpec:
        """The model, its path taken from the folder of the file that names it.

        Raises: UsageError when no model is named, with the three shortest ways to name one, and for a setting that its
        engine does not have.
        """
        if self.model is None:
            raise UsageError(
                "no model named",
                do='give --model vllm:FOLDER_OR_HUB_NAME, or --model recorded:FILE.jsonl, or write model = "..." in '
                "rewardlab.toml here" + self._named_elsewhere(),
            )
        spec = parse_model(self.model, folder=self._model_folder)
        if "reasoning" in self.model_fields_set:
            check_reasoning(spec, self.reasoning)
        return spec

    def _named_elsewhere(self) -> str:
        names = [name for name, left_out in self._files if "model" in left_out]
        return f"; {names[0]} names one, which --config {names[0]} takes" if names else ""


class AuditOptions(ReadingOptions, total=False):
    """The keyword arguments of `rewardlab.audit`: the fields of Settings, in the types a caller writes."""

    model: str
    num_generations: int
    platform: str
    entry: str | Sequence[str]
    weights: Sequence[float]
    reward_kwargs: dict[str, Any]
    band: tuple[float, float]
    band_on: Literal["accuracy", "solved"]
    success_at: float
    reward_range: tuple[float, float]
    labels: str | os.PathLike[str]
    right: str | os.PathLike[str]
    min_informative: float
    judge: Sequence[str]
    judge_env: Sequence[str]
    judge_network: bool
    judge_files: Sequence[str]
    judge_sample: int
    min_alpha: float
    reward_timeout: float
    reward_memory: int
    reward_env: Sequence[str]
    reward_network: bool
    reward_files: Sequence[str]
    reward_workers: int
    examine_seconds: float
    out: str | os.PathLike[str]
    config: str | os.PathLike[str]
    engine: dict[str, Any]


def load_settings(given: Mapping[str, Any], prompts: Path | None, *, command_line: bool = False) -> Settings:
    """Merge the settings of the call with those of the files; a key in an earlier source wins.

    Arguments: `given` holds no key for what was not said; its `config` names a file of settings that comes before those
    that are found. `prompts` tells where the last one may lie, of which only what is harmless is taken (find_layers).
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
            merged = {key: value for key, value in merged.items() if key not in from_preset}  # of another preset
            preset = _within_range(read_preset(name, folder=layer.folder, model=_model_named(held)))
            filled = fill_in(values, preset)
            from_preset = set(filled)
            values |= filled
        if values.get("system") is not None:
            values["system"] = system_text(values["system"], layer.folder)
        if "entry" in values:
            merged.pop("weights", None)  # they were for other functions
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
    """The preset, its values as the settings have them.

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
    """The folder or hub name of the model of the first layer that names one; None for none and one behind a server."""
    for layer, values in held:
        if (model := values.get("model")) is not None:
            return folder_of_model(parse_model(model, folder=layer.folder))
    return None


def parse_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check options that go over a run's own settings; no file is read.

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


#: A user's name and password in a URL, of one or of several.
USER = re.compile(r"(?<=://)[^/\s,@]*@")
SECRET = re.compile(r"key|token$|secret|password|authorization", re.IGNORECASE)


def without_secrets(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with every value that may be a credential replaced, at any depth: they are written to disk."""
    return {name: "(not kept)" if SECRET.search(name) else _without_secrets(value) for name, value in options.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return without_secrets(value)
    if isinstance(value, list | tuple):
        return [_without_secrets(one) for one in value]
    return USER.sub("", value) if isinstance(value, str) else value
