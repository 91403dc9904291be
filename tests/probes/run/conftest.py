"""A measured run to ask the probes about: scores and what goes with them, as tables of (prompts, generations)."""

from __future__ import annotations

from rewardlab.measurement.evidence import NOTHING_KNOWN
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.run.labels import right_of
from rewardlab.probes.run.question import Question, Targets
from tests.measurement.test_measurement_scores import answers_of, measured


def rows(table):
    """A table as lists: what `measured` and `answers_of` take."""
    return table.tolist() if hasattr(table, "tolist") else table


def asked(
    scores,
    *,
    again=(),
    labels=None,
    components=None,
    made_up=None,
    lengths=None,
    success_at=None,
    reward_range=None,
    evidence=NOTHING_KNOWN,
    reads=(),
    **targets,
):
    """The question about a run of `scores`; `again` holds further scorings, each a table like the first."""
    answers = answers_of(
        rows(scores),
        again=[rows(one) for one in again],
        labels=None if labels is None else rows(labels),
        components={name: rows(table) for name, table in (components or {}).items()},
        lengths=None if lengths is None else rows(lengths),
    )
    run = measured(
        rows(scores),
        success_at=success_at,
        reward_range=reward_range,
        labels=right_of(answers),
        evidence=evidence,
    )
    return Question(
        run, answers, Targets(**targets), PLATFORMS["smtj"], made_up=made_up or {}, evidence=evidence, reads=reads
    )
