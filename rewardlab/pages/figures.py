"""The figures of the page, in the order in which they are read; one that has nothing to show is left out."""

from __future__ import annotations

import pyarrow as pa

from rewardlab.pages import figures_judges, figures_reward, figures_run
from rewardlab.probes.run.question import Question
from rewardlab.reports.audit import Report


def section(report: Report, question: Question, scores: pa.Table) -> str:
    """The figures, each with its numbers as a table."""
    drawn = [
        figures_run.band(report),
        figures_run.strip(question),
        figures_run.histogram(report, question),
        figures_run.informative(report),
        figures_reward.length(question),
        figures_reward.noise(report),
        figures_reward.latency(report, scores),
        figures_reward.components(report),
        figures_judges.matrix(report),
        figures_judges.biases(report),
        figures_judges.calibration(report),
    ]
    shown = "".join(figure.html() for figure in drawn if figure is not None)
    return f'<section id="figures"><h2>Figures</h2><div class="figures">{shown}</div></section>'
