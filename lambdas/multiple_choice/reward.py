"""Multiple choice: 1.0 for the letter of the right option, given once and last; else 0.0."""

import re

#: The letters that an option may have.
LETTERS = "A-J"
#: "B", "(b)", "B.", "B) Paris", "Option B: Paris": a letter, then at most what the option says.
CHOICE = re.compile(rf"(?:(?:option|choice)\s)?\(?([{LETTERS}])(?:\)|[.:](?=\s|$)|$)(.*)", re.IGNORECASE | re.DOTALL)
#: Another option in what follows the letter.
OTHER = re.compile(rf"\b([{LETTERS}])(?:\)|[.:](?=\s|$))|\b(?:or|and|nor|/)\s*\(?([{LETTERS}])\b")
#: The forms that mark a final answer, the marked text in the one group that matched.
ANSWER = re.compile(
    r"\\boxed\{(?:\\text\{)?([^{}]{0,100})\}|<answer>([^<>]{0,200})</answer>|####[ \t]*([^\n]{0,100})"
    r"|\banswer(?: is|:)(?![^\n]{0,100}(?:\\boxed|<answer>|####))[ \t*]*([^\n]{0,100})",
    re.IGNORECASE,
)
FILLER = re.compile(r"[\W_]|\b(?:or|and|maybe|perhaps|the|final|answer|is)\b", re.IGNORECASE)


def score(completion, reference):
    """1.0 for the reference's letter as the one final answer, else 0.0.

    Raises: ValueError for a reference that names no option.
    """
    expected = choice(reference) if isinstance(reference, str) else None
    if expected is None:
        raise ValueError(f"reference {reference!r} is no option; expected one letter of {LETTERS}, as in 'B'")
    return float(final_choice(completion) == expected)


def final_choice(text):
    """The option chosen last; None for none, and for different ones side by side, which is a hedge."""
    text = text.rpartition("</think>")[2]
    if "<think>" in text:
        return None
    found = list(ANSWER.finditer(text))
    if not found:
        return choice(text)
    offered = found[-1:]
    for match in reversed(found[:-1]):
        between = text[match.end() : offered[-1].start()]
        if len(between) > 60 or FILLER.sub("", between):
            break
        offered.append(match)
    choices = {choice(match[match.lastindex]) for match in offered}
    return choices.pop() if len(choices) == 1 else None


def choice(text):
    """The letter when the text is one option; None when it is none, several, or an option denied."""
    match = CHOICE.fullmatch(text.strip()[:300].replace("*", "").strip(" \t\r\n`\"'$").removesuffix("."))
    if match is None or OTHER.search(match[2]):
        return None
    return match[1].upper()
