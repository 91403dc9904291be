"""The report of `rewardlab audit`, schema `rewardlab.report/1`. Everything shown is read from it."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr
from typing_extensions import override

from rewardlab.reports.components import Component
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.judges import Judges
from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Interval, Part, json_text
from rewardlab.reports.success import SuccessPart

if TYPE_CHECKING:
    import pandas as pd


class NextStep(Part):
    """What the user should do next."""

    action: Literal["run_rft", "sft_first", "fix_reward", "fix_judges", "harder_prompts", "fix_data", "sample_more"]
    text: str
    further_prompts: int | None = Field(default=None, description="further prompts expected to decide, if known")
    further_prompts_range: tuple[int, int | None] | None = Field(
        default=None, description="10 to 90 % range of that number, if it is tenfold or more; null: no upper limit"
    )


class UnscoredBounds(Part):
    """The quantity compared with the band, with unscored generations counted as failures, and as successes."""

    as_failures: Interval
    as_successes: Interval


class Baseline(Part):
    """How often the base model succeeds. Shares are means over prompts of each prompt's share."""

    accuracy: Interval
    accuracy_bounds: UnscoredBounds
    solved: Interval = Field(description="share of prompts with at least one success")
    solved_bounds: UnscoredBounds
    positive: Interval = Field(description="share of scored generations with a score above 0")
    band: tuple[float, float]
    band_on: Literal["accuracy", "solved"]
    position: Literal["below", "inside", "above", "undecided"]
    success_at: float
    success_above: bool = Field(description="whether a success must exceed success_at, or may equal it")
    success: SuccessPart
    labelled: Interval | None = Field(default=None, description="share of right answers by labels; null without labels")
    reward_range: tuple[float, float]
    reward_range_declared: bool
    prompts: int
    generations: int
    num_generations: int = Field(description="generations asked for per prompt")
    pass_at_k: dict[str, Interval]
    pass_hat_k: dict[str, Interval]
    look: int = Field(
        default=1, description="number of this verdict on the growing run, from 1; later ones must be surer"
    )


class FlatGroups(Part):
    """Groups whose scores are all equal, each counted under the first reason that holds."""

    all_right: int
    all_wrong: int
    all_truncated: int
    all_unscored: int
    constant_reward: int


class Spread(Part):
    """Whether scores differ within prompts. Variances are null when undefined, `variance_undefined` says why."""

    informative_groups: dict[str, Interval]
    group_size: int = Field(description="the group size at which the share was compared with min_informative")
    min_informative: float
    within_sd: float | None
    between_sd: float | None
    icc: float | None
    within_share: float | None
    variance_undefined: str | None = None
    levels: int
    lowest: float | None
    highest: float | None
    floor_share: float | None
    ceiling_share: float | None
    flat_groups: FlatGroups


class Outcomes(Part):
    """Generations by what the reward gave: a score, or the reason why there is none.

    `truncated` counts those cut off at the token limit, scored or not.
    """

    scored: int
    raised: int
    timed_out: int
    crashed: int
    invalid: int
    abstained: int
    truncated: int


class Latency(Part):
    """Milliseconds per sample (an invocation's time divided by its samples), and per invocation of a whole batch."""

    p50: float
    p90: float
    p99: float
    batch_p50: float
    batch_p90: float
    batch_p99: float


class Pace(Part):
    """How fast a deployed function answered its largest batches, and how fast the platform needs it to be.

    `concurrency` is the number of invocations at once that score a training step within `step_within` seconds (Little's
    law). Set it on both sides: as the trainer's limit and as the function's reserved concurrency.
    """

    batch: int = Field(description="samples in each timed invocation")
    invocations: int = Field(description="timed invocations")
    p50: float = Field(description="seconds that a caller waits for one invocation, network included")
    p90: float
    p99: float
    samples_per_second: float = Field(description="the most that can be scored, at the platform's concurrency")
    samples_per_second_needed: float = Field(description="to score a training step within step_within seconds")
    step_samples: int = Field(description="samples of a training step; of a batch if the platform documents none")
    step_seconds: float = Field(
        description="time that a training step's rewards take, at the platform's concurrency and p99"
    )
    step_within: float = Field(description="seconds that a training step's rewards may take")
    concurrency: int


class Invocations(Part):
    """How a deployed function answered while it scored the generations; seconds are measured by its caller."""

    invocations: int
    throttled: int = Field(description="invocations that Lambda refused with 429")
    throttled_after_last_retry: int = Field(description="batches that the trainer would have lost to throttling")
    repeated: int = Field(description="invocations repeated after another failure")
    split: int = Field(description="batches split because they were too large for one payload")
    cold_starts: int
    cold_start_seconds: float | None = Field(description="the longest cold start; null if no log tells")
    peak_memory_mb: int | None
    timeout_seconds: float | None = Field(description="the function's own timeout; null if AWS does not tell")
    platform_concurrency: int = Field(description="invocations at once, as the platform's trainer sends them")
    pace: Pace | None = Field(description="null if no whole batch was answered")


class Noise(Part):
    """The reward's own noise, from generations that were scored again.

    If it is undefined, its numbers are null and `undefined` says why.
    """

    rescored: int = Field(description="generations scored at least twice")
    noise_sd: float | None = Field(default=None, description="standard deviation of one scoring of one generation")
    signal_sd: float | None = Field(
        default=None, description="the same between generations of one prompt, less the noise"
    )
    signal_to_noise: float | None = Field(default=None, description="ratio of variances; null without noise")
    reliability: Interval | None = Field(default=None, description="share of within-prompt spread that is signal")
    unchanged: Interval | None = Field(default=None, description="share of generations whose scores were all equal")
    informative_beyond_noise: Interval | None = None
    undefined: str | None = None


class Labels(Part):
    """The reward against the labels that were given."""

    labelled: int = Field(description="generations with a label and a score")
    youden_j: Interval = Field(description="true minus false positive rate at the success threshold")
    true_positive_rate: Interval
    false_positive_rate: Interval
    auc_within_prompts: Interval
    best_of: dict[str, Interval] = Field(description="mean label of the highest-scored of n")
    ties: int = Field(default=0, description="labelled generations neither right nor wrong, left out of rates and AUC")


class Reward(Part):
    """How the reward function behaved."""

    entry: str
    kind: str
    outcomes: Outcomes
    noise: Noise
    latency_ms: Latency | None
    concurrency: int | None = Field(
        description="invocations at once that score the platform's documented training step in a minute (Little's law)"
    )
    invocations: Invocations | None = Field(default=None, description="of a deployed function; null for a file")
    components: tuple[Component, ...] = Field(default=(), description="the parts of the score, if the reward tells")
    labels: Labels | None


class Report(Whole):
    """The result of an audit.

    `prompts`, `generations` and `scores` are pandas frames read from the run directory when they are asked for.
    """

    formats: ClassVar = ("rewardlab.formats.audit", "FORMATS")
    schema_: Literal["rewardlab.report/1"] = Field(default="rewardlab.report/1", alias="schema")
    verdict: Literal["go", "no_go", "inconclusive"]
    reasons: tuple[str, ...]
    next_step: NextStep
    baseline: Baseline
    spread: Spread
    reward: Reward
    judges: Judges | None = None
    findings: tuple[FindingPart, ...]
    provenance: dict[str, Any]

    _folder: Path | None = PrivateAttr(default=None)

    def attach(self, folder: Path) -> Report:
        """Set the run directory that the frames are read from; returns this report."""
        self._folder = folder
        return self

    @property
    def exit_code(self) -> int:
        """0 for GO, 1 for NO-GO, 4 for INCONCLUSIVE."""
        return {"go": 0, "no_go": 1, "inconclusive": 4}[self.verdict]

    @property
    def folder(self) -> Path:
        """The run directory.

        Raises: ValueError for a report that was read from a file alone.
        """
        if self._folder is None:
            raise ValueError("this report was read without its run directory; use rewardlab.read_report(DIR)")
        return self._folder

    @property
    def page(self) -> Path:
        """The page of the run directory, report.html.

        Raises: ValueError for a report that was read from a file alone.
        """
        return self.folder / "report.html"

    def show(self) -> Path:
        """Open the page in the browser; returns its path, for where there is no browser.

        Raises: ValueError for a report that was read from a file alone.
        """
        webbrowser.open(self.page.resolve().as_uri())
        return self.page

    def group(self, prompt_id: str) -> pd.DataFrame:
        """The generations of one prompt with their scores, the best first; unscored ones last.

        Raises: KeyError for a prompt that the run does not have.
        """
        held = self.generations.query("prompt_id == @prompt_id")
        if held.empty:
            raise KeyError(prompt_id)
        scored = held.merge(self.scores, on=["prompt_id", "index"], how="left")
        return scored.sort_values(["score", "index"], ascending=[False, True], ignore_index=True)

    @override
    def _page(self) -> str:
        """The page of the run directory where there is one, else the report alone."""
        if self._folder is not None and self.page.is_file():
            return self.page.read_text(encoding="utf-8")
        return super()._page()

    @property
    def prompts(self) -> pd.DataFrame:
        """One row per prompt: the columns of prompts.jsonl."""
        import pandas as pd  # noqa: PLC0415 - heavy, and most audits look at no frame

        return pd.read_json(self.folder / "prompts.jsonl", lines=True, dtype=False)

    @property
    def generations(self) -> pd.DataFrame:
        """One row per generation: prompt_id, index, text, finish_reason, prompt_tokens, completion_tokens."""
        import pandas as pd  # noqa: PLC0415 - heavy, and most audits look at no frame

        return pd.read_parquet(self.folder / "generations")

    @property
    def scores(self) -> pd.DataFrame:
        """One row per generation: prompt_id, index, score (NaN if unscored), reason, detail, components, seconds."""
        import pandas as pd  # noqa: PLC0415 - heavy, and most audits look at no frame

        return pd.read_parquet(self.folder / "scores" / self.provenance["reward"]["key"])

    def to_json(self) -> str:
        """The report as JSON text, keys as in the schema."""
        return json_text(self)
