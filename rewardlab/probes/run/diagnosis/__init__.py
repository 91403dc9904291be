"""Why generations fail: their texts are read before the model is blamed for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rewardlab.findings import Finding
from rewardlab.probes.run import band
from rewardlab.probes.run.diagnosis import alike, cut, first, lost, nothing, printed, thoughts, untested, verbatim
from rewardlab.probes.run.diagnosis.readings import read_answers
from rewardlab.probes.run.diagnosis.texts import Texts, read_texts
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools

#: Codes of causes, in the order in which to mend them: first that there are texts at all, then how they are read.
CAUSES = ("RL702", "RL703", "RL209", "RL413", "RL409", "RL412", "RL414", "RL408", "RL411", "RL415")
#: Findings whose usual remedy is another model or other prompts: to fine-tune first, to drop what is never solved.
BLAMING = ("RL601", "RL303", "RL304")


def ask(question: Question) -> Iterator[Finding]:
    """Yield the causes of failures; a generation that one of them explains is left out of the next."""
    yield from printed.ask(question)
    if not question.prompts:
        return
    texts = read_texts(question)
    blank = nothing.blank(texts)
    yield from alike.ask(question, texts, blank)
    if texts.failing.any():
        yield from _of_failures(question, texts, blank)


def _of_failures(question: Question, texts: Texts, explained: Bools) -> Iterator[Finding]:
    yield from nothing.ask(question, texts, explained)
    readings = read_answers(question, texts)
    for finding, cells in thoughts.ask(question, texts, readings):
        yield finding
        explained = explained | cells
    for finding, cells in cut.ask(question, texts, readings, explained):
        yield finding
        explained = explained | cells
    for finding, cells in first.ask(question, texts, readings, explained):
        yield finding
        explained = explained | cells
    found = tuple(lost.ask(question, texts, readings, explained))
    yield from found
    if band.position(question) == "below" and not any(one.severity == "blocker" for one in found):
        told = tuple(untested.ask(question, texts, readings, explained))
        yield from told or verbatim.ask(question, texts, readings, explained)


def is_cause(finding: Finding) -> bool:
    """Whether the finding says why sampled generations fail; made-up answers may have RL408 too."""
    return finding.code in CAUSES and "summary" in finding.evidence


def causes_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort the findings of one severity: first those that say why generations fail, in the order of CAUSES."""
    return tuple(sorted(findings, key=lambda one: CAUSES.index(one.code) if is_cause(one) else len(CAUSES)))


def acquit(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings; if a cause blocks, those that blame the model or the prompts get another remedy."""
    held = tuple(findings)
    cause = next((one for one in causes_first(held) if is_cause(one) and one.severity == "blocker"), None)
    for finding in held:
        if cause is None or finding.code not in BLAMING:
            yield finding
        else:
            text = f"First see {cause.code}: until that is mended, this says nothing about the model."
            yield replace(finding, remedy=text)
