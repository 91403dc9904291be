"""Did the reward print an error for every sample it scored?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewardlab.findings import Finding, Severity, shortened
from rewardlab.probes.run.baseline import banded
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate

#: What Python and its libraries say of a failure, in whole messages or in their usual halves.
ERROR = re.compile(
    r"\b\w*(?:Error|Exception)\b|\b(?:error|exception|failed|failure|traceback)\b|has no attribute|is not defined|"
    r"no module named|invalid literal|could not convert|out of range|not subscriptable|not iterable|not callable|"
    r"unsupported operand|missing \d+ required|unexpected keyword|division by zero|cannot (?:parse|read|import|be)|"
    r"unable to|connection refused|timed out|must be \w+, not|not found|no such file",
    re.IGNORECASE,
)
#: Lines of one traceback are one error.
INSIDE = re.compile(r"^(?:\s|Traceback \(most recent call last\))")
SHOWN = 3
#: Errors for this share of the samples are errors for all of them, as far as a log tells.
MOST = 0.5


def ask(question: Question) -> Iterator[Finding]:
    """RL209 where the reward printed errors for most of the samples that it scored, or any while nothing succeeds.

    A blocker where they are as many as half of the samples and the baseline lies under the band. A log does not say
    which sample a line is about, so there is no interval over prompts.
    """
    errors = [line.strip() for line in question.printed.splitlines() if not INSIDE.match(line) and ERROR.search(line)]
    scored = question.measured.outcomes.get("scored", 0)
    if not errors or not scored:
        return
    now, least = banded(question).scored, question.targets.band[0]
    below = not isinstance(now, Estimate) or now.estimate < least
    number = _in_all(len(errors), question)
    every = number >= MOST * scored
    if not every and not (isinstance(now, Estimate) and now.estimate == 0):
        return
    severity: Severity = "blocker" if every and below else "warning"
    first = list(dict.fromkeys(errors))[:SHOWN]
    summary = (
        f'the reward printed {number:,} errors while it scored {scored:,} answers; the first: "{shortened(first[0])}"'
    )
    yield Finding("RL209", severity, {"summary": summary, "errors": number, "scored": scored, "printed": first})


def _in_all(errors: int, question: Question) -> int:
    """The errors of the whole log, where only its beginning was read."""
    read = len(question.printed.encode())
    return errors if question.printed_bytes <= read else round(errors * question.printed_bytes / read)
