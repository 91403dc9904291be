"""Every report in every format: valid by the format's schema, and hostile text arrives inert in each."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from markdown_it import MarkdownIt

import rewardlab
from rewardlab.formats.display import Display
from rewardlab.formats.table import PAGES
from tests.formats.conftest import TABLES
from tests.test_visible import RAW

pytestmark = pytest.mark.process
SCHEMAS = Path(__file__).parent.parent / "schemas"
#: Schemas that are not called as their command is.
OWN = {"audit": "report", "package": "packaging", "prove": "proof"}
FORMATS = ("text", "json", *PAGES)
#: What hosts would link: mentions, references, addresses, emoji.
LINKABLE = re.compile(r"[@#!]\w|https?://|www\.|:tada:|GH-7|deadbee", re.IGNORECASE)


@pytest.fixture(params=TABLES)
def command(request):
    return request.param


@pytest.fixture
def shown(command, hostile_reports):
    return lambda format_: TABLES[command][1][format_](hostile_reports[command], Display())


def test_every_report_has_every_format(command):
    assert tuple(TABLES[command][1]) == FORMATS


@pytest.mark.parametrize("format_", FORMATS)
def test_no_character_is_obeyed_and_no_line_is_forged(shown, format_):
    text = shown(format_)
    assert text.endswith("\n")
    assert not RAW.search(text)
    assert "\t" not in text
    assert not re.search(r"(?m)^GO  vllm:model", text)


def test_json_meets_its_shipped_schema(shown, command):
    schema = json.loads(
        (Path(rewardlab.__file__).parent / "schemas" / f"{OWN.get(command, command)}-1.json").read_text()
    )
    jsonschema.validate(json.loads(shown("json")), schema)


@cache
def junit_schema():
    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


def test_junit_meets_the_schema_and_counts_its_cases(shown):
    text = shown("junit")
    junit_schema().validate(text)
    for suite in ET.fromstring(text):
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.get("tests"))
        for name, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert sum(case.find(name) is not None for case in cases) == int(suite.get(count))


def test_sarif_meets_the_schema_and_holds_no_link(shown):
    log = json.loads(shown("sarif"))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    (run,) = log["runs"]
    assert run["results"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        message = result["message"]["text"]
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", message)
        assert not re.search(r"(?<!\{)\{(?:\{\{)*(?!\{)", message)


def test_markdown_holds_no_markup_but_its_own(shown):
    text = shown("markdown")
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in [*tokens, *inline]}
    assert not kinds & {
        "link_open",
        "image",
        "code_inline",
        "fence",
        "code_block",
        "em_open",
        "s_open",
        "blockquote_open",
    }
    html = [token.content.strip() for token in [*tokens, *inline] if token.type in {"html_block", "html_inline"}]
    assert html
    summary = re.compile(r"<details><summary>[^<>]*</summary>|</details>|</?sub>")
    assert [one for one in html if not summary.fullmatch(one)] == []
    seen = [unescape(one) for one in html] + [one.content for one in inline if one.type == "text"]
    assert [one for one in seen if LINKABLE.search(one)] == []
    assert text.count("<details>") == text.count("</details>")
    assert len(text) <= 65_536


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes = [], set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"meta", "br", "line", "circle"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_one_page_without_script_under_a_strict_policy(shown):
    text, page = shown("html"), Page()
    page.feed(text)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "a", "form", "b"})
    assert page.attributes.isdisjoint({"src", "href", "style", "onerror"})
    assert "default-src 'none'; style-src 'sha256-" in text


def test_a_policy_is_the_hash_of_its_style(shown):
    style = re.search(r"<style>(.*?)</style>", shown("html"), re.DOTALL)[1]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in shown("html")
