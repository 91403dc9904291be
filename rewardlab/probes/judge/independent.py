"""Are there at least two judges that do not rest on one model or one function?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rewardlab.findings import Finding
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.question import Question


def ask(question: Question) -> Iterator[Finding]:
    """RL501, a warning: AWS asks for at least two independent evaluators before a training run."""
    groups = by_model(question.panel)
    if question.panel and len(groups) < 2:
        evidence: dict[str, object] = {
            "judges": [ratings.judge.name for ratings in question.panel],
            "independent": len(groups),
        }
        if len(question.panel) > 1:
            evidence["shared_model"] = question.panel[0].judge.model
        yield Finding("RL501", "warning", evidence)
        return
    for group in groups:
        if len(group) > 1:
            names = [ratings.judge.name for ratings in group]
            yield Finding(
                "RL501",
                "note",
                {"judges": names, "independent": len(groups), "shared_model": group[0].judge.model},
                "Count these judges as one, or put one of them on another model.",
            )


def by_model(panel: Sequence[Ratings]) -> list[list[Ratings]]:
    """The judges grouped by the model or the Python function that they rest on, in the order of the panel."""
    groups: dict[str, list[Ratings]] = {}
    for ratings in panel:
        groups.setdefault(_weights(ratings.judge.model), []).append(ratings)
    return list(groups.values())


def _weights(model: str) -> str:
    """The model's weights, whichever engine runs them: they judge alike under vllm and transformers."""
    engine, _, name = model.partition(":")
    return model if engine == "python" else name.rstrip("/") or model
