"""A composite: the right answer, plus small terms for the format and for brevity, each weighted and reported.

The format asked for: <think>reasoning</think> then <answer>the answer</answer>, once each, and nothing else.
score = accuracy * (ACCURACY + BREVITY * brevity) + FORMAT * format, which is at most 1.
"""

import re
import unicodedata

#: The weights; they add up to 1. A wrong answer earns FORMAT at most, and brevity nothing: being short teaches nothing.
ACCURACY, FORMAT, BREVITY = 0.8, 0.1, 0.1
#: Words of the whole response up to which brevity is 1, and from which on it is 0; in a straight line between them.
SHORT, LONG = 300, 900
#: An answer of more words is no final answer but a second place for candidates.
MOST_WORDS = 20
#: Words of reasoning under which the format is empty.
LEAST_REASONING = 3

ANSWER = re.compile(r"<answer>([^<>]{0,500})</answer>")
NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3}){1,12}|[0-9]{1,40})(?:\.[0-9]{0,40})?")
TAGS = ("<think>", "</think>", "<answer>", "</answer>")


def score(completion, reference):
    """The weighted sum, 0 to 1, and its terms.

    Raises: ValueError for a reference without a text.
    """
    if isinstance(reference, bool) or not isinstance(reference, (str, int, float)) or not normal(str(reference)):
        raise ValueError(f"reference {reference!r} is no text; expected the one right answer")
    accuracy = float(final_answer(completion) == normal(str(reference)))
    in_format, brevity = float(is_formatted(completion)), brevity_of(completion)
    total = accuracy * (ACCURACY + BREVITY * brevity) + FORMAT * in_format
    return {"score": total, "accuracy": accuracy, "format": in_format, "brevity": brevity}


def final_answer(text):
    """The one answer between tags after the thoughts; the rest of a response without tags; None for none or several."""
    rest = text.rpartition("</think>")[2]
    if "<think>" in rest:
        return None
    found = {normal(answer) for answer in ANSWER.findall(rest)}
    if not found and "<answer>" not in rest:
        found = {normal(rest)}
    answer = found.pop() if len(found) == 1 else ""
    return answer if answer and len(answer.split()) <= MOST_WORDS else None


def is_formatted(text):
    """Whether each tag is there once, in order, around some reasoning and one answer, with nothing outside."""
    text = text.strip()
    if [text.count(tag) for tag in TAGS] != [1, 1, 1, 1] or not text.startswith(TAGS[0]) or not text.endswith(TAGS[3]):
        return False
    thoughts, _, rest = text.removeprefix(TAGS[0]).partition(TAGS[1])
    answer = rest.strip().removeprefix(TAGS[2]).removesuffix(TAGS[3])
    # The same words again and again are no reasoning.
    reasons = len(set(thoughts.split())) >= LEAST_REASONING
    return reasons and rest.strip().startswith(TAGS[2]) and 0 < len(answer.split()) <= MOST_WORDS


def brevity_of(text):
    """1 up to SHORT words, 0 from LONG on."""
    return min(1.0, max(0.0, (LONG - len(text.split())) / (LONG - SHORT)))


def normal(text):
    """The answer in one case and form, a number as its value, without what merely wraps it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").casefold().split()).strip("*`\"'“”‘’$ ")
    plain = plain.removesuffix(".")
    if NUMBER.fullmatch(plain):
        whole, _, part = plain.replace(",", "").lstrip("+").partition(".")
        sign, digits, part = (
            "-" if whole.startswith("-") else "",
            whole.lstrip("-").lstrip("0") or "0",
            part.rstrip("0"),
        )
        value = f"{digits}.{part}" if part else digits
        return value if value == "0" else f"{sign}{value}"
    return plain
