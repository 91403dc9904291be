"""The parts of a score, as the report shows them."""

from __future__ import annotations

from pydantic import Field

from rewardlab.reports.section import Interval, Part


class Component(Part):
    """One function of a weighted sum, or one named number that the reward gives beside its score."""

    name: str
    weight: float | None = Field(description="as declared, or as found if the score is a weighted sum; else null")
    scored: int = Field(description="generations with this component")
    mean: float | None
    within_sd: float | None = Field(description="standard deviation between generations of one prompt")
    share: float | None = Field(
        description="share of the score's variance within prompts: weight cov(component, score) / var(score); null if "
        "the score does not differ"
    )
    flat: bool = Field(description="never differs within a prompt, and so adds no gradient")
    dead: bool = Field(description="never differs")
    dominant: bool = Field(description="has more than nine tenths of the score's variance within prompts")
    informative_groups: Interval = Field(description="share of groups, of spread.group_size, in which it differs")
