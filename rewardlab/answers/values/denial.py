"""Recognises a label that a text names only to deny it: "not approved", "nicht genehmigt"."""

from __future__ import annotations

import re

from rewardlab.answers.reference.accepted import OUTER

#: Words that negate the next word; one short word may stand between.
DENIED = re.compile(
    r"(?:(?<!\w)(?:not|never|neither|nor|cannot|nicht|kein|keine|keinen|niemals|pas|jamais|nunca|jam\u00e1s|n\u00e3o|niet|geen|"
    r"ikke|inte|ej|nie|\u043d\u0435|\u043d\u0456)|(?<=\w)n['\u2019]t)\s+"
    r"(?:(?:a|an|the|be|been|being|yet|really|quite|fully|at all|considered|classified as|labell?ed|rated|mehr|ganz|"
    r"plus|vraiment|realmente)\s+)?[\"'`*\u201c\u2018(]*$"
    r"|(?<![\w,;:.])(?:no)\s+[\"'`*]*$",
    re.IGNORECASE,
)


#: What turns a word into its opposite: "disapproved", "invalid", "non-compliant".
PREFIX = re.compile(r"(?<!\w)(?:un|dis|in|im|il|ir|(?:non|anti)[- ]?)$", re.IGNORECASE)


def is_turned(before: str) -> bool:
    """Whether the text right before a word ends in such a prefix."""
    return PREFIX.search(before) is not None


def is_denied(before: str) -> bool:
    """Whether the text before a label negates it."""
    return DENIED.search(before) is not None


def ends_denied(text: str, answer: str) -> bool:
    """Whether a text's last line ends with the answer, and denies it."""
    line = (text.strip().splitlines() or [""])[-1].strip(OUTER).casefold()
    answer = answer.strip(OUTER).casefold()
    before = line[: len(line) - len(answer)]
    return bool(answer) and line.endswith(answer) and (is_denied(before) or is_turned(before))
