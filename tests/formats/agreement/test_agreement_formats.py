"""An agreement report in five formats: nothing breaks out of them, and no number is shown as what it is not."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from rewardlab.formats.agreement import AGREE_FORMATS
from rewardlab.formats.agreement.rows import number
from rewardlab.formats.display import Display
from rewardlab.ratings.agreement import measure_agreement
from rewardlab.ratings.naming import Naming
from rewardlab.reports.agreement import AgreementReport

HOSTILE = '<script>alert(1)</script>|"&[bold]'


@pytest.fixture
def report(tmp_path):
    rows = [
        f'{i},"{HOSTILE.replace(chr(34), chr(34) * 2)}{i % 2}",{i % 3},{i % 3},{(i + (i % 9 == 0)) % 3}'
        for i in range(90)
    ]
    path = tmp_path / "a&b.csv"
    path.write_text("unit,topic,ann <i>,b,c\n" + "\n".join(rows) + "\n")
    return measure_agreement(path, Naming(by="topic"))


def shown(report, format_):
    return AGREE_FORMATS[format_](report, Display(width=110))


def test_text_leads_with_the_verdict_and_what_it_means(report):
    lines = shown(report, "text").splitlines()
    assert re.match(r"SUFFICIENT and strong  alpha 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)$", lines[0])
    text = " ".join(" ".join(lines).split())
    assert "% of the disagreement that ratings handed out at random would show." in text
    assert "reaches 0.667, and 0.800, which is called strong: agreement suffices." in text
    assert HOSTILE + "0" in text
    assert max(map(len, lines[4:])) <= 110


def test_json_is_the_report_itself(report):
    text = shown(report, "json")
    assert AgreementReport.model_validate_json(text) == report
    assert json.loads(text)["schema"] == "rewardlab.agree/1"


def test_markdown_keeps_its_tables_whole(report):
    text = shown(report, "markdown")
    for line in text.splitlines():
        assert "<script" not in line.replace("\\<", "")
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)
            assert cells[0] == cells[-1] == ""
    assert "<summary>Slices</summary>" in text


def cases_of(text):
    return ET.fromstring(text)[0].findall("testcase")


def test_junit_has_a_case_for_all_units_and_each_slice(report):
    suite = ET.fromstring(shown(report, "junit"))[0]
    assert [case.get("name") for case in suite.findall("testcase")] == [
        "all units",
        f"topic={HOSTILE}0",
        f"topic={HOSTILE}1",
    ]
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    parts = [report.whole, *report.slices]
    assert len(failed) == int(suite.get("failures")) == sum(one.verdict == "insufficient" for one in parts)
    undecided = report.model_copy(update={"whole": report.whole.model_copy(update={"verdict": "undecided"})})
    case = cases_of(shown(undecided, "junit"))[0]
    assert case.find("failure") is None
    assert case.find("error").get("message").startswith("alpha ")


def test_junit_holds_what_xml_cannot(report):
    odd = report.model_copy(update={"source": "a\x00\x1b\ud800\uffff<\n"})
    assert ET.fromstring(shown(odd, "junit"))[0].get("name") == "a\\x00\\x1b\\ud800\ufffd<\\n"


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.loads = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.loads += [value for name, value in attrs if name in {"src", "href", "onload"}]
        if tag not in {"meta", "br", "line", "circle"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_one_page_without_script(report):
    page = Page()
    page.feed(shown(report, "html"))
    assert page.open == []
    assert {"svg", "table", "circle"} <= page.seen
    assert page.seen.isdisjoint({"script", "i", "img", "iframe"})
    assert page.loads == []


@pytest.mark.parametrize("format_", ["text", "markdown", "junit", "html"])
def test_an_undefined_alpha_shows_its_reason(tmp_path, format_):
    path = tmp_path / "flat.csv"
    path.write_text("unit,a,b\n1,3,3\n2,3,3\n")
    text = shown(measure_agreement(path), format_)
    assert "no variation" in text
    assert not re.search(r"\b(nan|None)\b", text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (0.9999, ">0.999"), (0.99949, "0.999"), (0.0, "0"), (1e-17, "0"), (0.0001, "<0.001"),
        (-0.0001, ">-0.001"), (-1.0, "-1"), (-0.9999, "<-0.999"), (0.7434, "0.743"), (-0.75, "-0.750"), (None, "-"),
    ],
)  # fmt: skip
def test_0_and_1_are_said_only_of_themselves(value, text):
    assert number(value) == text
