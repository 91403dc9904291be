"""Are the prompts themselves fit for training?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.reward.copies import flaws
from rewardlab.probes.run.question import Question

#: AWS's data pages name four roles; no profile here is of another platform.
OTHER_ROLE = "The platform's documentation knows no role developer: write those turns as system, the first turn."


def ask(question: Question) -> Iterator[Finding]:
    """RL604 for too few rows and for a role that the platform does not name; RL701 for what is wrong with the rows."""
    measured, least = question.measured, question.platform.least_rows
    few = {"prompts": measured.prompts, "least": least} if measured.prompts < least else {}
    rows = sum(any(turn["role"] == "developer" for turn in prompt.messages) for prompt in question.prompts)
    unknown = {"rows_with_the_role_developer": rows, "roles_taken": "system, user, assistant, tool"} if rows else {}
    if few or unknown:
        yield Finding("RL604", "warning", few | unknown, "" if few else OTHER_ROLE)
    if (flawed := flaws(question.prompts)) is not None:
        yield flawed
