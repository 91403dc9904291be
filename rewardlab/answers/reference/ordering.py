"""Tells whether a prompt says that the order of its answer counts, or that any order will do."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Words that stand in at least this share of a file's prompts are an instruction.
MOSTLY = 0.8
#: Words that make the order of a list part of the answer.
ASKED = re.compile(
    r"\bin order\b(?! (?:to|for|that|not)\b)"
    r"|\bin (?:the |a |their |its )?(?:correct|right|proper|same|given|original|reversed?|exact|following|logical"
    r"|temporal|chronological|alphabetical|ascending|descending|increasing|decreasing|numerical|sorted|ranked) order\b"
    r"|\bin (?:the |their )?order (?:in which|of (?:their|its|the)|they|given|shown|you)\b"
    r"|\b(?:keep|preserve|maintain|retain) (?:(?:the|their|its|this|that|same|given|original) ){0,2}order\b"
    r"|\border(?:ed)?\s+(?:them|these|those|from|by|so that)\b|\bput\b[^.?!\n]{0,40}\bin order\b"
    r"|\b(?:sort|rank|arrang)(?:e|ed|s|ing)?\b(?! of\b)(?![^.?!\n]{0,60}\binto\b)"
    r"|\b(?:ascending|descending|chronological|alphabetical|permutation|sequence of)"
    r"|\bfrom (?:the )?\w+est to (?:the )?\w+est\b|\b\w{3,}est first\b"
    r"|\b(?:most|least) [\w-]+ (?:first|to (?:the )?least)\b"
    r"|\b(?:list|give|name|write|what are|describe)\b[^.?!\n]{0,40}\bsteps\b|\b(?:route|itinerary)\b"
    r"|reihenfolge|\bsortier|\bordne|\btrie[rz]\b|\bclasse[rz]\b|dans l['\u2019]ordre|\bpar ordre\b"
    r"|\ben orden\b|\bordena"
    r"|\bem ordem\b|\bordene|\bin ordine\b|\bordina|\u043f\u043e\u0440\u044f\u0434\u043a"
    r"|\u043e\u0442\u0441\u043e\u0440\u0442\u0438\u0440|\u0440\u0430\u0441\u043f\u043e\u043b\u043e\u0436\u0438"
    r"|\u987a\u5e8f|\u6392\u5e8f|\u6392\u5217|\u9806|\uc21c\uc11c|\u0915\u094d\u0930\u092e",
    re.IGNORECASE,
)
#: Words that leave the order free.
FREE = re.compile(
    r"\b(?:in )?(?:any|no (?:particular|special)|whatever|arbitrary) (?:order|sequence)\b|\bunordered\b"
    r"|\border (?:does not|doesn['\u2019]t|is not|isn['\u2019]t|need not)\b|\bregardless of (?:the |their )?order\b"
    r"|\border (?:is )?(?:irrelevant|unimportant|free)\b|\birrespective of (?:the |their )?order\b"
    r"|\b(?:no|not (?:in )?(?:any|a)) (?:specific|fixed|set|given) order\b|\border[- ]independent\b"
    # The word for order with one that frees it near by, on either side.
    r"|(?:egal|beliebig\w*|unwichtig|unerheblich|keine|kein|ohne|nicht)\b[^.?!\n]{0,25}reihenfolge"
    r"|reihenfolge[^.?!\n]{0,25}\b(?:egal|beliebig|unwichtig|unerheblich|keine rolle|nicht|frei)\b"
    r"|(?:n['\u2019]importe|peu importe|sans)\b[^.?!\n]{0,20}\bordre\b"
    r"|\bordre\b[^.?!\n]{0,25}(?:libre|pas d['\u2019]importance|importe peu|indiff\u00e9rent|compte pas)"
    r"|(?:cualquier|sin importar|da igual|qualquer|sem importar|qualsiasi|non importa)\b[^.?!\n]{0,15}"
    r"\b(?:orden|ordem|ordine)\b"
    r"|\b(?:orden|ordem|ordine)\b[^.?!\n]{0,15}(?:no|n\u00e3o|non) (?:importa|conta)"
    r"|\u043b\u044e\u0431\u043e\w* \u043f\u043e\u0440\u044f\u0434\u043a"
    r"|\u043f\u043e\u0440\u044f\u0434\w*[^.?!\n]{0,15}(?:\u043d\u0435 |\u043b\u044e\u0431)"
    r"|(?:\u4e0d\u5206|\u4e0d\u8bba|\u4efb\u610f|\u65e0\u6240\u8c13)(?:\u987a\u5e8f|\u6b21\u5e8f)"
    r"|(?:\u987a\u5e8f|\u6b21\u5e8f)(?:\u4e0d\u9650|\u65e0\u5173|\u4e0d\u91cd\u8981|\u4efb\u610f)"
    r"|\u9806\u4e0d\u540c|\u9806(?:\u756a|\u5e8f)?\u306f\u554f\u308f|\uc21c\uc11c\w*\s?(?:\uc0c1\uad00|\ubb34\uad00)",
    re.IGNORECASE,
)


def is_told_in_most(told: Iterable[bool], *, of: int) -> bool:
    """Whether nearly all of a file's prompts, `of` in number, say that the order counts: in a few, it is the material.

    `told` is worked out prompt by prompt, and no further than is needed to know.
    """
    rest = 0
    for one in told:
        rest += not one
        if of - rest < MOSTLY * of:
            return False
    return of > 0


def tells_order(text: str) -> bool:
    """Whether a prompt says that the order counts, and does not say that it is free."""
    return ASKED.search(text) is not None and not frees_order(text)


def frees_order(text: str) -> bool:
    """Whether a prompt says that any order will do."""
    return FREE.search(text) is not None
