"""Markdown: outside text reads as it was and starts nothing; what does not fit a comment is left out and told."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rewardlab.formats.markdown import GAP, escaped, in_summary, page
from rewardlab.formats.outline import Outline, Part, Told
from rewardlab.visible import visible

READ = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.from_regex(r"[-+=>#*`~_\d.)(\[\]<!@&:/w|\\ ]{1,20}")
)
def test_a_text_is_shown_as_it_is(text):
    line = " ".join(visible(text).split()).replace("\u200b", "")
    html = READ.render(f"- x {escaped(line)} x")
    assert html.startswith("<ul>\n<li>x")
    assert html.endswith("x</li>\n</ul>\n")
    inner = html[len("<ul>\n<li>x") : -len("x</li>\n</ul>\n")]
    assert "<" not in inner
    assert " ".join(unescape(inner).replace("\u200b", "").split()) == " ".join(line.split())


@given(st.text(alphabet="-+=>#*`~_0123456789.)( a\\|", max_size=12))
def test_a_text_at_the_start_of_an_item_starts_no_block(text):
    html = READ.render(f"- {escaped(text)}")
    assert html.count("<") in {4, 5}  # a list, an item, and where it is empty no more
    assert not re.search(r"<(h\d|ol|hr|blockquote|pre|code|em|strong|table)", html)


@pytest.mark.parametrize(
    "text",
    ["@user", "a@b.example", "#12", "o/r#12", "!7", "GH-3", "http://x.example", "www.x.example", ":tada:", "0" * 40],
)
def test_what_a_host_would_link_is_parted(text):
    assert GAP in escaped(text)
    assert GAP in in_summary(text)


def outline_of(*told, lead=("why",)):
    part = Part("reward.py", "FAIL", "bad", lead, (), told=told)
    return Outline("check", "Check", "FAIL", "bad", 1, "0", (part,))


def test_a_comment_fits_and_says_what_is_left_out():
    told = [Told("RL402", "blocker", "a shortcut scores", ("x" * 3000,)) for _ in range(40)]
    text = page(outline_of(*told))
    assert 40_000 < len(text) < 65_536
    assert text.count("<details>") == text.count("</details>") < 40
    assert re.search(r"\d+ further lines are left out here; the JSON report holds everything\.", text)
    assert "left out" not in page(outline_of(told[0]))


def test_the_verdict_comes_first_and_details_are_folded():
    text = page(outline_of(Told("RL402", "blocker", "a <b> scores", ("seen",), "mend")))
    assert text.startswith(
        "## ❌ Check: FAIL\n\n**reward.py**\n\n- why\n\n<details><summary>⛔ blocker: RL402 a &lt;b&gt;"
    )
    assert "\n- seen\n\n**What to do.** mend\n\n</details>\n" in text
