"""The report's section on judges: the panel's agreement, and how far each judge can be trusted."""

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
    """Most verdicts are alike, so that most of the agreement is chance; this is why alpha and AC differ."""

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
    """The reward compared with the majority and the mean verdict of the panel."""

    generations: int
    youden_j: Interval
    true_positive_rate: Interval
    false_positive_rate: Interval
    auc_within_prompts: Interval
    rank_within_prompts: Interval = Field(description="Spearman's rho of score and mean verdict within prompts")
    tau_within_prompts: Interval
    rank_overall: Interval


class SelfConsistency(Part):
    """How far a judge repeats its verdict when it is asked the same question again."""

    repeated: int = Field(description="generations asked more than once")
    flip_rate: Interval = Field(description="how often another asking falls on the other side of the threshold")
    flip_rate_near_threshold: Interval
    unanimous: Interval
    retest_alpha: Interval


class VariantEffect(Part):
    """How much an alteration of the response changed the verdicts, in shares of the scale's range."""

    compared: int
    change: Interval
    raised: int
    lowered: int
    judged_wrong: int
    wrong_turned_right: Interval
    right_turned_wrong: Interval
    unreadable: int


class Position(Part):
    """How the order of the two responses changed a pairwise judge's verdicts."""

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
    """How well expected verdicts serve as probabilities; the errors depend on the binning rule, `bins`."""

    expected_error: float
    maximum_error: float
    brier: float
    bins: str
    curve: tuple[CalibrationPoint, ...]


class Annotator(Part):
    """The judge compared with one annotator."""

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
    """A judge compared with labels or, without labels, with what `against` names, such as the reward's successes."""

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
    """One judge of the panel. `validation` is null if there is nothing to compare it with."""

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
    """A judge's errors by Dawid and Skene's estimate; null, with a reason, for a class of which it judged nothing."""

    judge: str
    matrix: tuple[tuple[float | None, float | None], ...] = Field(
        description="rows: the truth, columns: the verdict, both wrong then right; a row adds up to 1"
    )
    sensitivity: Interval = Field(description="share of right generations that it calls right; without an interval")
    specificity: Interval = Field(description="share of wrong generations that it calls wrong; without an interval")


class DawidSkene(Part):
    """How much is right, estimated from the verdicts alone, without labels; `undefined` says why numbers are null."""

    generations: int | None = None
    right: float | None = Field(default=None, description="share of the judged generations that are right")
    smoothing: float | None = Field(default=None, description="added to every count of a confusion matrix")
    judges: tuple[Confusion, ...] = ()
    caveats: tuple[str, ...] = ()
    undefined: str | None = None


class Judges(Part):
    """The panel of judges. `alpha` is of verdicts on single responses, else of those on pairs; null with one judge."""

    alpha: Alpha | None
    min_alpha: float
    strong_alpha: float
    agreement: Literal["sufficient", "undecided", "insufficient"] | None
    checked: str = Field(description="how the krippendorff package confirms alpha")
    agreements: tuple[Agreement, ...]
    independent: int = Field(description="judges that share no model and no function")
    effective: Interval = Field(description="how many independent judges the panel is worth, by error correlation")
    error_correlation: Interval
    errors_against: Literal["labels", "reward", "consensus"] | None
    reward: RewardAgainstPanel | None
    parting: tuple[dict[str, Any], ...] = Field(description="generations on which reward and panel disagree most")
    consensus: tuple[float, ...] | None = Field(
        description="Dawid and Skene's shares of wrong and right, without labels"
    )
    dawid_skene: DawidSkene | None = Field(default=None, description="the same, with each judge's errors")
    panel: tuple[Judge, ...]
