"""Learns the formats in which sampled winners write the reference: under a key of an object, or between fixed texts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from rewardlab.answers.reference.accepted import plain, rights_of
from rewardlab.answers.reference.learnt import around
from rewardlab.answers.reference.wording import Format
from rewardlab.probes.reward.trials.sampled import Sampled
from rewardlab.task import Prompt

#: The quantile of the scores from which on a text is a winner; the most prompts read; the fewest in which a format must
#: recur.
BEST, MOST_PROMPTS, LEAST_PROMPTS = 0.98, 300, 5
MOST_FORMATS = 3
LONGEST = 20_000
#: What models put around an object.
FENCE = "```json\n"


def winning_formats(prompts: Sequence[Prompt], sampled: Mapping[str, Sequence[Sampled]]) -> tuple[Format, ...]:
    """The formats around the reference that recur in the best-scored texts, the commonest first.

    `sampled` holds scored generations by prompt id. Of an object the key counts; the rest of it is one winner's.
    """
    scores = [one.score for every in sampled.values() for one in every]
    if not scores:
        return ()
    top = float(np.quantile(scores, BEST, method="lower"))
    some = [prompt for prompt in prompts if prompt.id in sampled]
    counts: Counter[str] = Counter()
    first: dict[str, Format] = {}
    for prompt in some[:: max(1, len(some) // MOST_PROMPTS)]:
        texts = [one.text for one in sampled[prompt.id] if one.score >= top and len(one.text) <= LONGEST]
        found = dict(pair for text in texts for pair in _formats(text, rights_of(prompt)))
        counts.update(found.keys())
        for name, form in found.items():
            first.setdefault(name, form)
    return tuple(first[name] for name, count in counts.most_common(MOST_FORMATS) if count >= LEAST_PROMPTS)


def _formats(text: str, rights: Sequence[str]) -> Iterator[tuple[str, Format]]:
    """The ways in which a text writes one of the right answers, by what tells one way from another."""
    known = {plain(right) for right in rights}
    start, end = text.find("{"), text.rfind("}")
    value = _loaded(text[start : end + 1]) if 0 <= start < end else None
    for key, held in (value or {}).items():
        if isinstance(held, str | int | float) and not isinstance(held, bool) and plain(str(held)) in known:
            yield f"the key {key}", _of_key(text, start, end, value or {}, key)
    if value is None:
        for right in rights:
            if (pair := around(text, right)) is not None:
                yield f"{pair[0]}X{pair[1]}", Format(f"{pair[0]}X{pair[1]} (as sampled)", *pair)
                return


def _of_key(text: str, start: int, end: int, value: Mapping[str, object], key: str) -> Format:
    """A text's object with another answer under this key, and with what surrounds it, such as a fence."""
    mark = "X\u0000X"
    written = json.dumps({**value, key: mark}, ensure_ascii=False)
    quoted = isinstance(value[key], str)
    before, _, after = written.partition(json.dumps(mark)[1:-1] if quoted else json.dumps(mark))
    outer = text[:start].endswith(FENCE) and text[end + 1 :].lstrip().startswith("```")
    head, tail = (FENCE, "\n```") if outer else ("", "")
    shown = json.dumps({name: "X" if name == key else "..." for name in value}, ensure_ascii=False)
    return Format(f"{shown} (as sampled)", head + before, after + tail)


def _loaded(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
