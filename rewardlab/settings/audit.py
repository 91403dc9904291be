"""An audit's settings: from the command line or the call, then rewardlab.toml here, then the one beside the prompts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from rewardlab.engines import ModelSpec, check_reasoning, parse_model
from rewardlab.engines.presets import Preset
from rewardlab.errors import UsageError
from rewardlab.judging.definition import Judge, load_judge
from rewardlab.platforms import PLATFORMS, Platform, ReferencePlace, Shape
from rewardlab.ratings.alpha import MIN_ALPHA
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.settings.reading import ReadingOptions, ReadingSettings
from rewardlab.settings.secrets import without_secrets
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

#: Seconds of the reward's own time, on each of its workers, that an examination may take.
EXAMINE_SECONDS = 90.0
#: Settings whose paths are relative to the folder of the file that names them.
FROM_FOLDERS = ("model", "labels", "right", "judge", "reward_files", "judge_files")
#: The most processes of a reward at once: a larger number would be a typing mistake.
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
        """The settings that a run directory keeps: those that were given, but not the run's name and no secrets."""
        kept = self.model_dump(exclude_unset=True, exclude={"out", "labels", "right", "judge"}, mode="json")
        kept |= {"right": str(self.right_path)} if self.right is not None else {}
        return kept | ({"engine": without_secrets(self.engine)} if "engine" in kept else {})

    @property
    def declared(self) -> list[float | None]:
        """What was declared about scores: the ends of their range and the success threshold; None if undeclared."""
        return [*(self.reward_range or (None, None)), self.success_at]

    def from_folders(self, folders: Mapping[str, Path | None]) -> Settings:
        """Set the folders that relative paths among these settings (FROM_FOLDERS) start from; returns the settings."""
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
        """A copy for the reward in a package, which is called as its Lambda calls it, with its `layer` beside it."""
        called = {"entry": entry, "weights": weights, "reward_kwargs": dict(arguments or {})}
        settings = self.model_copy(update={"platform": platform, **called})
        settings._packaged, settings._layer = True, layer  # noqa: SLF001 - its own
        return settings

    def source_of(self, reward: Path, seconds: float) -> RewardSource:
        """The reward file to score with, and how it is run; one invocation may take `seconds`."""
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

    def with_reference(self, column: str) -> Settings:
        """These settings with this column of the prompts as the reference."""
        return self.model_copy(update={"columns": {**self.columns, "reference": column}})

    def reading(self, shape: Shape) -> Settings:
        """A copy for a handler that reads the reference at its place in this shape."""
        settings = self.model_copy()
        settings._place = shape.reference  # noqa: SLF001 - its own
        return settings

    @property
    def profile(self) -> Platform:
        """The platform, whose first shape is the one that the audit sends."""
        return PLATFORMS[self.platform].reading(self._place)

    @property
    def preset(self) -> Preset | None:
        """The preset that gave the sampling settings which were not given; None if no preset was asked for."""
        return self._preset

    @property
    def files(self) -> tuple[str, ...]:
        """The files that settings came from, the first of which wins."""
        return tuple(name for name, _ in self._files)

    @property
    def notes(self) -> list[str]:
        """Which files settings came from, and which of their settings were left out, a sentence each."""
        shown = [f"settings from {name}" for name in self.files]
        left = [
            f"{name} lies beside the prompts, which may have been downloaded: its {', '.join(names)} left out "
            f"(--config {name} takes all of it)"
            for name, names in self._files
            if names
        ]
        return [*shown, *left]

    def is_taken(self, name: str) -> bool:
        """Whether a sampling setting has its value from the preset, not from the user."""
        return name in self._taken

    @property
    def packaged(self) -> bool:
        """Whether these settings are for the reward in a package."""
        return self._packaged

    @property
    def labels_path(self) -> Path | None:
        """The file of labels; a relative path starts from the folder of the file that names it."""
        return None if self.labels is None else (self._labels_folder or Path()) / self.labels

    @property
    def right_path(self) -> Path | None:
        """The file of examples of right answers; a relative path starts from the folder of the file that names it."""
        return None if self.right is None else (self._right_folder or Path()) / self.right

    @property
    def reward_paths(self) -> tuple[str, ...]:
        """The absolute paths of what the reward may use beside its own folder.

        Relative ones start from the folder of the file that names them.
        """
        return absolute(self.reward_files, self._reward_files_folder)

    def load_judges(self) -> tuple[Judge, ...]:
        """The judges; relative paths start from the folder of the file that names them.

        Raises: UsageError for one that is not there or cannot be used.
        """
        judges = (load_judge(text, folder=self._judge_folder) for text in self.judge)
        files = absolute(self.judge_files, self._judge_files_folder)
        return tuple(
            replace(judge, environment=self.judge_env, files=files, network=self.judge_network) for judge in judges
        )

    @property
    def model_spec(self) -> ModelSpec:
        """The model; a relative path starts from the folder of the file that names it.

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
