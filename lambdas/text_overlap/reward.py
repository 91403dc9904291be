"""Text overlap: how much of a reference text a response shares, by words (F1) and by their order (ROUGE-L).

The reference is a text, or a list of texts of which the nearest counts.
F1 and its normalisation: Rajpurkar et al. (2016), SQuAD. ROUGE-L: Lin (2004), equation 4 with beta = 1.
"""

import json
import re
from collections import Counter

#: The weight of the order of words; the words themselves have the rest.
ORDER = 0.5
#: What two unrelated texts of one language share in small words; it earns nothing.
FLOOR = 0.2
#: A response so many times as long as its reference earns nothing: it is a copy of the source, or padding.
LONGEST = 3
#: The order of so many words is compared, from the beginning: it costs their product.
MOST_WORDS = 1_000


def score(completion, reference):
    """The overlap with the nearest reference, 0 to 1, and the two numbers that it is made of.

    Raises: ValueError for a reference without words.
    """
    given = words(after_thoughts(completion))
    return max((overlap(given, expected) for expected in references_of(reference)), key=lambda parts: parts["score"])


def overlap(given, expected):
    """Score, token F1 and ROUGE-L of two lists of words."""
    if not given or len(given) > max(LONGEST * len(expected), len(expected) + 5):
        return {"score": 0.0, "token_f1": 0.0, "rouge_l": 0.0}
    token_f1 = 2 * sum((Counter(given) & Counter(expected)).values()) / (len(given) + len(expected))
    given, expected = given[:MOST_WORDS], expected[:MOST_WORDS]
    rouge_l = 2 * longest_common(given, expected) / (len(given) + len(expected))
    mixed = (1 - ORDER) * token_f1 + ORDER * rouge_l
    return {"score": max(0.0, mixed - FLOOR) / (1 - FLOOR), "token_f1": token_f1, "rouge_l": rouge_l}


def references_of(reference):
    """The words of each reference."""
    if isinstance(reference, str) and reference.lstrip().startswith("["):  # some platforms send lists as their text
        try:
            reference = json.loads(reference)
        except ValueError:
            reference = [reference]
    texts = reference if isinstance(reference, list) else [reference]
    read = [words(text) if isinstance(text, str) else [] for text in texts]
    if not read or not all(read):
        raise ValueError(f"reference {str(reference)[:80]!r} has no words; expected a text, or a list of texts")
    return read


def after_thoughts(text):
    """What follows the last closed thought; nothing when a thought was opened and never closed."""
    rest = text.rpartition("</think>")[2]
    return "" if "<think>" in rest else rest


def words(text):
    """The words, in one case and without English articles."""
    found = re.findall(r"\w+", text.casefold())
    return [word for word in found if word not in {"a", "an", "the"}]


def longest_common(left, right):
    """The length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for one in left:
        before = 0
        for place, other in enumerate(right, start=1):
            before, row[place] = row[place], before + 1 if one == other else max(row[place], row[place - 1])
    return row[-1]
