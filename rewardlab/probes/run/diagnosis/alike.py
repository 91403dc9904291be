"""Did the sampler draw the same text again and again? Then nothing is known of the model's other answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.answers.reference.accepted import labels_of
from rewardlab.findings import Finding
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate, share_of_prompts

#: Texts from this length on are hardly ever drawn twice; a number or a label is.
LONG = 60
#: A sampler that is at fault repeats itself on nearly every prompt; a sure model does on many.
NEARLY_ALL, MOST = 0.99, 0.5
LEAST_PROMPTS = 20
#: A model that always succeeds may well say the same thing each time.
ALWAYS = 0.95
REMEDY = (
    "The sampler gave one text again and again, so neither the model nor the prompts were measured: look for one seed "
    "for all generations of a prompt, a cache of answers in front of the server, top-k 1, or a temperature of 0, and "
    "sample again."
)
SURE = "If it is not the sampler, the model is so sure of its few answers that no group differs: see RL304."
COLD = (
    "With {setting} every generation of a prompt is the same, in the training as here: no group has a difference to "
    "learn from. Change it{where} to what leaves a choice, {better}, and audit again."
)
#: Settings that leave one possible token at every step: the value that does so, and what trainers use instead.
ONE_TOKEN = {"temperature": (0, "usually 1"), "top_k": (1, "0 for no limit, or 20 and more"), "min_p": (1, "0")}


def ask(question: Question, texts: Texts, blank: Bools) -> Iterator[Finding]:
    """RL702 if the generations of nearly every prompt are the same text; for long texts, of most prompts.

    Several texts of a prompt also count as the same if each occurs equally often or, for long ones, at least twice.
    Short ones that always succeed are no cause. A blocker; a warning if all prompts share a few short texts, of which a
    model may be so sure. `blank` texts are left out.
    """
    order = np.argsort(texts.row, kind="stable")
    rows, starts = np.unique(texts.row[order], return_index=True)
    groups = [group for group in np.split(order, starts[1:]) if len(group) > 1 and not blank[group].any()]
    if len(rows) == 0 or len(groups) < LEAST_PROMPTS:
        return
    long = bool(np.median([len(texts.text[group[0]].strip()) for group in groups]) >= LONG)
    hits = np.array([_is_alike(texts, group, long=long) for group in groups])
    share = share_of_prompts(hits)
    assert isinstance(share, Estimate), "there are groups"
    wins = float(np.mean([not texts.failing[group].any() for group in groups]))
    cold = _cold(question)
    natural = cold is None and not long and (share.estimate < NEARLY_ALL or wins >= ALWAYS)
    distinct = len({int(one) for group in groups for one in texts.same[group]})
    few = not long and not cold and distinct <= _answers(question, len(groups))
    several = any(len(np.unique(texts.same[group])) > 1 for group in groups)
    if natural or share.low <= MOST or (few and several):
        return
    why = f"with {cold.setting}" if cold else "which sampling does not give"
    summary = (
        f"the generations of a prompt are the same text in {int(hits.sum()):,} of {len(groups):,} prompts "
        f"({percent(share.low)} to {percent(share.high)}), {why}"
        + ("; and all prompts have that same text" if distinct == 1 else "")
    )
    cells = texts.none()
    for group in [group for group, hit in zip(groups, hits, strict=True) if hit][:3]:
        cells[group[0]] = True
    evidence = {"summary": summary, "share": share.estimate, "low": share.low, "high": share.high}
    evidence |= {"prompts": share.units, "examples": texts.examples(question, cells)}
    remedy = cold.remedy if cold else f"{REMEDY} {SURE}" if few else REMEDY
    yield Finding("RL702", "warning" if few else "blocker", evidence, remedy)


@dataclass(frozen=True, slots=True)
class Cold:
    """A setting that leaves one token at every step, and where it stands; `better` is what trainers have instead."""

    setting: str
    where: str
    better: str

    @property
    def remedy(self) -> str:
        return COLD.format(setting=self.setting, where=f" in {self.where}" if self.where else "", better=self.better)


def _cold(question: Question) -> Cold | None:
    """The setting of the sampling that leaves one token at every step; None where there is a choice."""
    for name, (value, better) in ONE_TOKEN.items():
        if question.sampling.get(name) == value:
            return Cold(f"{name} {value}", question.sources.get(name, ""), better)
    return None


def _answers(question: Question, prompts: int) -> int:
    """How many different texts a model may give to all prompts of a task with few answers."""
    labels = labels_of(question.prompts)
    return len(labels) + 1 if labels else prompts // 10


def _is_alike(texts: Texts, group: np.ndarray, *, long: bool) -> bool:
    _, counts = np.unique(texts.same[group], return_counts=True)
    return len(counts) == 1 or bool(counts.min() > 1 and (long or counts.min() == counts.max()))
