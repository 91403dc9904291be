"""Whatever texts a run holds, the page's parts hold them as text, and spans lie within them."""

from __future__ import annotations

import base64
import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from rewardlab.pages.cutting import cut, shown
from rewardlab.pages.drawing import ticks_of
from rewardlab.pages.nearmiss import near_miss
from rewardlab.pages.payload import _packed, _units
from rewardlab.task import Prompt
from rewardlab.visible import OBEYED

TEXTS = st.text(st.characters(codec=None), max_size=300)


@given(TEXTS, st.integers(10, 100))
def test_any_text_is_shown_without_obeyed_characters_and_about_as_long_as_allowed(text, limit):
    assert len(cut(text, limit)) <= max(limit, limit + 90)
    assert not OBEYED.search(shown(text, limit).replace("\n", ""))


@given(TEXTS, st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False), st.lists(st.text())), st.booleans())
def test_a_span_lies_within_any_text(text, reference, succeeds):
    prompt = Prompt("p", ({"role": "user", "content": "?"},), reference, {"reference_answer": reference}, 1)
    span = near_miss(prompt, text, succeeds=succeeds)
    assert span is None or 0 <= span.start < span.end <= len(text)


@given(st.lists(TEXTS))
def test_any_texts_are_packed_so_that_a_browser_reads_them(texts):
    packed = _packed({"texts": [shown(text, 200) for text in texts]})
    data = json.loads(gzip.decompress(base64.b64decode(packed)).decode())
    assert data["texts"] == [shown(text, 200) for text in texts]


@given(st.text(max_size=50))
def test_places_are_counted_as_a_browser_counts_them(text):
    assert _units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_ticks_lie_between_the_ends_and_are_few(low, high):
    ticks = ticks_of(low, high)
    assert len(ticks) <= 12
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert all(min(low, high) - slack <= tick <= max(low, high) + slack for tick in ticks)
