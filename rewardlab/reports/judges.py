"""What a report says of the judges: the panel's agreement, and how far each of them can be trusted."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from rewardlab.reports.section import Interval, Part


class Alpha(Interval):
    """Krippendorff's alpha of the panel, over prompts."""

    metric: Literal["nominal", "ordinal", "interval", "ratio"] = Field(description="the level of measurement")
    about: Literal["verdicts", "right or wrong", "preferences"]


class Coefficients(Part):
    """Other measures of the same agreement; null where the scale or the level does not allow one."""

    percent: Interval
    fleiss_kappa: Interval | None
    gwet_ac1: Interval | None
    gwet_ac2: Interval | None


class Skew(Part):
    """One verdict is most of all, so that chance is most of the agreement: alpha and AC part for that reason."""

    most_frequent: float
    share: float
    ac_above_alpha_by: float


class JudgePair(Part):
    """Two judges, and how far they agree on what both judged."""

    first: str
    second: str
    units: int
    percent: Interval
    alpha: float | None
    kappa: Interval | None


class Agreement(Part):
    """How far the judges agree on one thing: their verdicts on single responses, or their preferences."""

    alpha: Alpha
    meaning: str
    judges: tuple[str, ...]
    units: int
    coefficients: Coefficients
    skew: Skew | None
    pairs: tuple[JudgePair, ...]
    departs_most: str | None = Field(description="the judge without which the others agree best")


class RewardAgainstPanel(Part):
    """The reward held against the majority and the mean verdict of the panel."""

    generations: int
    youden_j: Interval
    true_positive_rate: Interval
    false_positive_rate: Interval
    auc_within_prompts: Interval
    rank_within_prompts: Interval = Field(description="Spearman's rho of score and mean verdict within prompts")
    tau_within_prompts: Interval
    rank_overall: Interval


class SelfConsistency(Part):
    """The same question asked again."""

    repeated: int = Field(description="generations asked more than once")
    flip_rate: Interval = Field(description="another asking falls on the other side of the threshold")
    flip_rate_near_threshold: Interval
    unanimous: Interval
    retest_alpha: Interval


class VariantEffect(Part):
    """What an altered response did to the verdicts, in shares of the scale's range."""

    compared: int
    change: Interval
    raised: int
    lowered: int
    judged_wrong: int
    wrong_turned_right: Interval
    right_turned_wrong: Interval
    unreadable: int


class Position(Part):
    """A pairwise judge asked in both orders."""

    pairs: int
    consistency: Interval
    hard_flips: Interval
    first_picks: Interval
    primacy: int
    recency: int


class CalibrationPoint(Part):
    """One bin of the calibration curve."""

    low: float
    high: float
    generations: int
    predicted: float
    observed: Interval


class Calibration(Part):
    """Expected verdicts as probabilities; the errors depend on the rule of the bins."""

    expected_error: float
    maximum_error: float
    brier: float
    bins: str
    curve: tuple[CalibrationPoint, ...]


class Annotator(Part):
    """The judge beside one annotator."""

    accuracy: Interval
    kappa: Interval
    alpha: Interval
    generations: int


class AlternativeTest(Part):
    """Whether the judge may stand in for the annotators (Calderon and others, 2025)."""

    passes: bool
    winning_rate: float
    advantage: float
    epsilon: float
    annotators: int


class Validation(Part):
    """A judge held against labels, or, without any, against the reward's successes (`against`)."""

    against: Literal["labels", "reward", "consensus"]
    generations: int
    accuracy: Interval
    true_positive_rate: Interval
    true_negative_rate: Interval
    calibration: Calibration | None
    pass_rate_powered: Interval = Field(description="share right, by prediction-powered inference")
    pass_rate_corrected: Interval = Field(description="share right, by Rogan and Gladen's correction")
    annotators: dict[str, Annotator]
    alternative_test: AlternativeTest | None
    ties: int = Field(default=0, description="labelled generations neither right nor wrong, which are left out")


class Usage(Part):
    """What a judge has cost."""

    questions: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    currency: str


class Judge(Part):
    """One judge of the panel. `validation` is null where there is nothing to hold it against."""

    name: str
    model: str
    kind: Literal["score", "label", "boolean", "pairwise"]
    level: Literal["nominal", "ordinal", "interval", "ratio"]
    families: tuple[str, ...]
    judged: int = Field(description="plain questions with a verdict")
    unreadable: Interval
    unread: dict[str, int]
    not_asked: dict[str, int]
    pass_rate: Interval
    self_consistency: SelfConsistency | None
    effects: dict[str, VariantEffect]
    position: Position | None
    validation: Validation | None
    usage: Usage


class Confusion(Part):
    """A judge's errors by Dawid and Skene's estimate; null, with a reason, where it met nothing of a class."""

    judge: str
    matrix: tuple[tuple[float | None, float | None], ...] = Field(
        description="rows the truth, columns the verdict, each wrong before right; a row adds up to 1"
    )
    sensitivity: Interval = Field(description="share of what is right that it calls right; without an interval")
    specificity: Interval = Field(description="share of what is wrong that it calls wrong; without an interval")


class DawidSkene(Part):
    """What is right by the judges alone, without labels; nulls with a reason in `undefined`."""

    generations: int | None = None
    right: float | None = Field(default=None, description="share of the judged generations that are right")
    smoothing: float | None = Field(default=None, description="added to every count of a confusion matrix")
    judges: tuple[Confusion, ...] = ()
    caveats: tuple[str, ...] = ()
    undefined: str | None = None


class Judges(Part):
    """The panel. `alpha` is that of single responses, of pairs where there is no other; null with one judge."""

    alpha: Alpha | None
    min_alpha: float
    strong_alpha: float
    agreement: Literal["sufficient", "undecided", "insufficient"] | None
    checked: str = Field(description="how the krippendorff package confirms alpha")
    agreements: tuple[Agreement, ...]
    independent: int = Field(description="judges that share no model and no function")
    effective: Interval = Field(description="independent judges that the panel is worth, by their error correlation")
    error_correlation: Interval
    errors_against: Literal["labels", "reward", "consensus"] | None
    reward: RewardAgainstPanel | None
    parting: tuple[dict[str, Any], ...] = Field(description="generations on which reward and panel part most")
    consensus: tuple[float, ...] | None = Field(
        description="Dawid and Skene's shares of wrong and right, without labels"
    )
    dawid_skene: DawidSkene | None = Field(default=None, description="the same, with each judge's errors")
    panel: tuple[Judge, ...]
