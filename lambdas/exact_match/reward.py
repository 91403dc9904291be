"""Exact match: 1.0 for the reference answer; case, spaces, quotes, emphasis and a final full stop aside; else 0.0."""

import unicodedata

#: Around an answer these say nothing about it.
WRAPPING = " \t\r\n.*`\"'“”‘’"


def score(completion, reference):
    """1.0 when the whole response, thoughts aside, is the reference answer, else 0.0.

    Raises: ValueError for a reference without a text: an error, not a free point.
    """
    if isinstance(reference, bool) or not isinstance(reference, (str, int, float)) or not normal(str(reference)):
        raise ValueError(f"reference {reference!r} is no text; expected the one right answer")
    return float(normal(after_thoughts(completion)) == normal(str(reference)))


def after_thoughts(text):
    """What follows the last closed thought; nothing when a thought was opened and never closed."""
    rest = text.rpartition("</think>")[2]
    return "" if "<think>" in rest else rest


def normal(text):
    """The text in one case and one Unicode form, without what merely wraps it and without repeated spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(WRAPPING)
