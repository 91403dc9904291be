"""Are texts lost for their thoughts: opened by the template, never closed, or split off by the server?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.answers.reference.accepted import prompt_text
from rewardlab.answers.values.tags import THOUGHTS, Tag, asked_tags
from rewardlab.findings import Finding
from rewardlab.probes.run.diagnosis.readings import Readings
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import PRACTICAL, Weight, weigh
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate

#: The fewest winners of one shape that show that the reward reads it.
READ = 3
#: The share of texts under which a tag is missing, and from which on it is kept to.
MISSING, KEPT = 0.01, 0.8


@dataclass(frozen=True, slots=True)
class Seen:
    """What the probes of thoughts look at: the texts, also in lower case, what they answer, and the tags asked for."""

    question: Question
    texts: Texts
    readings: Readings
    lowered: Sequence[str]
    asked: tuple[Tag, ...]

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(dict.fromkeys([*self.asked, *THOUGHTS]))

    def commonest(self, shows: Callable[[Tag, str], bool]) -> tuple[Tag, Bools]:
        """The tag for which most failing texts pass the test `shows`, and all texts that pass it for any tag."""
        tables = {tag: self.texts.where([shows(tag, text) for text in self.lowered]) for tag in self.tags}
        most = max(tables, key=lambda tag: int((tables[tag] & self.texts.failing).sum()))
        return most, np.asarray(np.any(list(tables.values()), axis=0))

    def wins(self, cells: Bools) -> int:
        return int((cells & self.texts.scored & ~self.texts.failing).sum())

    def weight(self, cells: Bools) -> Weight | None:
        """The weight of the failing ones among `cells`; None if they are few."""
        touched = cells & self.texts.failing
        weight = weigh(self.question, self.texts, touched) if touched.any() else None
        known = weight is not None and isinstance(weight.share, Estimate) and weight.share.estimate >= PRACTICAL
        return weight if known else None


def ask(question: Question, texts: Texts, readings: Readings) -> Iterator[tuple[Finding, Bools]]:
    """RL412 to RL414, each with the generations that it explains."""
    asked = asked_tags([prompt_text(prompt) for prompt in texts.prompts.values()])
    seen = Seen(question, texts, readings, [text.casefold() for text in texts.text], asked)
    for finding in (_begun(seen), _unclosed(seen), _split(seen)):
        if finding is not None:
            yield finding


def _begun(seen: Seen) -> tuple[Finding, Bools] | None:
    """RL412 where texts begin inside a thought, and none of them wins."""
    tag, cells = seen.commonest(Tag.begins_inside)
    weight = seen.weight(cells)
    if weight is None or seen.wins(cells) >= READ:
        return None
    summary = (
        f"{weight.spoken()} hold {tag.closes} without {tag.opens}: they begin inside a thought that the chat template "
        "opened"
    )
    remedy = (
        f"The chat template ends with {tag.opens}, so the model's text never holds it, and the trainer hands the "
        f"reward the same text. Let the reward do without {tag.opens} (or put it before the text where it is missing), "
        "or take a template that does not open it. Fine-tuning would not bring it back."
    )
    return _unread(seen, Finding("RL412", weight.severity, {"summary": summary, **weight.evidence()}, remedy), cells)


def _unclosed(seen: Seen) -> tuple[Finding, Bools] | None:
    """RL413 where texts open a thought and never close it, and lose for it."""
    tag, cells = seen.commonest(Tag.is_open)
    weight = seen.weight(cells)
    if weight is None or _rate(seen, cells) >= max(_rate(seen, ~cells), MISSING):
        return None
    touched = cells & seen.texts.failing
    cut = int((touched & seen.texts.cut).sum())
    summary = f"{weight.spoken()} open {tag.opens} and never close it; {cut:,} of them were cut off at the token limit"
    longer = "Give the thought room: raise --max-tokens, and the recipe's limit with it, or ask for shorter reasoning."
    ended = (
        "These texts end inside their thought without reaching the limit: look for a stop string (such as "
        f"{tag.closes}) in the sampler or the server's defaults, and for a template that ends the turn there."
    )
    evidence = {"summary": summary, **weight.evidence(), "cut": cut}
    evidence["examples"] = seen.texts.examples(seen.question, touched)
    remedy = f"{longer if 2 * cut >= weight.touched else ended} Then sample again."
    return Finding("RL413", weight.severity, evidence, remedy), touched


def _rate(seen: Seen, cells: Bools) -> float:
    scored = int((cells & seen.texts.scored).sum())
    return seen.wins(cells) / scored if scored else 0.0


def _split(seen: Seen) -> tuple[Finding, Bools] | None:
    """RL414 if no text holds a requested thought, though the server made one or texts keep to the other tags."""
    missing = _missing(seen)
    keeps = missing is not None
    cells = ~seen.texts.none()
    weight = seen.weight(cells) if keeps or seen.question.thoughts_apart else None
    if weight is None or seen.wins(cells) >= READ:
        return None
    name = "<think>" if missing is None else missing.opens
    known = (
        "the server said that it keeps the reasoning apart"
        if seen.question.thoughts_apart
        else ("they keep to the rest of the format that the prompts ask for")
    )
    remedy = (
        "The thought was probably split off on its way: a server with a parser of reasoning puts it beside the text "
        "(reasoning, reasoning_content), and a tag that is a special token may be left out. Sample with --reasoning "
        "keep, or start the server without that parser (vLLM: no --reasoning-parser), so that the text is what your "
        f"trainer hands the reward; or let the reward do without {name}."
    )
    evidence = {"summary": f"{weight.spoken()} hold no {name}, though {known}", **weight.evidence()}
    return _unread(seen, Finding("RL414", weight.severity, evidence, remedy), cells)


def _missing(seen: Seen) -> Tag | None:
    """The first requested tag that hardly any text holds, although nearly all texts hold a later one."""
    occurs = [float(np.mean([tag.occurs(text) for text in seen.lowered])) for tag in seen.asked]
    kept = [place for place, share in enumerate(occurs) if share >= KEPT and seen.asked[place] not in THOUGHTS]
    for place in range(max(kept, default=0)):
        if occurs[place] <= MISSING:
            return seen.asked[place]
    return None


def _unread(seen: Seen, finding: Finding, cells: Bools) -> tuple[Finding, Bools]:
    """The finding with examples; at most a warning if answers can be read and none of these gives the reference."""
    touched = cells & seen.texts.failing
    gives = touched & seen.readings.right
    read = bool((touched & seen.readings.tried).any())
    evidence = dict(finding.evidence) | {"right": int(gives.sum())}
    if read:
        evidence["summary"] += f"; {int(gives.sum()):,} of them give the reference as their answer"
    evidence["examples"] = seen.texts.examples(seen.question, gives if gives.any() else touched)
    mild = read and not gives.any() and finding.severity == "blocker"
    severity = "warning" if mild else finding.severity
    return Finding(finding.code, severity, evidence, finding.remedy), touched
