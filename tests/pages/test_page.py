"""The page as a file: its policy, what it holds, how it is cut and sampled."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from importlib.resources import files

import numpy as np
import pytest

from rewardlab.auditing.conclusion import _question
from rewardlab.auditing.pipeline import _settings
from rewardlab.pages.cells import cells_of
from rewardlab.pages.cutting import cut, shown
from rewardlab.pages.nearmiss import near_miss
from rewardlab.pages.page import audit_page
from rewardlab.runs.directory import Run
from rewardlab.task import Prompt
from tests.pages.hostile import MARKERS

process = pytest.mark.process


@pytest.fixture(scope="module")
def page(hostile):
    return (hostile.folder / "report.html").read_text()


def data_of(page):
    packed = re.search(r'id="data">([A-Za-z0-9+/=]+)</script>', page)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def digest(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@process
def test_the_policy_allows_this_style_and_this_script_only(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    style, script = (
        re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1],
        re.findall(r"<script>(.*?)</script>", page, re.DOTALL),
    )
    assert len(script) == 1
    assert policy == (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script[0])}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r'(?:src|href)="(?!#|data:,")', page)


@process
def test_no_marker_stands_in_the_page_as_markup(page):
    body = page.split("<body>")[1].split('<script type="application/octet-stream"')[0]
    assert not re.search(r"<(?:img|iframe|b[ >]|svg onload|a href='javascript)", body)
    assert "&lt;script&gt;window.fired=1&lt;/script&gt;" in body


@process
def test_the_data_hold_every_generation_and_the_findings_of_the_report(page, hostile):
    data = data_of(page)
    assert len(data["texts"]) == len(data["rows"]["p"]) == 120
    assert [one["code"] for one in data["findings"]] == [one.code for one in hostile.findings]
    assert [one["id"] for one in data["prompts"]][: len(MARKERS)] == list(MARKERS)
    assert data["judges"][0]["verdict"][:5] == ["yes", "yes", "no", "no", "no"]
    assert data["components"][0]["name"] == "<b>right</b>"
    reasons = [reason for reason in data["rows"]["reason"] if reason]
    assert reasons == ["raised"] * hostile.reward.outcomes.raised


@process
def test_every_finding_with_examples_opens_them_at_least(page, hostile):
    data = data_of(page)
    for finding, held in zip(hostile.findings, data["findings"], strict=True):
        rows = {(data["prompts"][data["rows"]["p"][n]]["id"], data["rows"]["i"][n]) for n in held["rows"]}
        named = {(one["prompt_id"], one["index"]) for one in finding.evidence.get("examples", []) if "index" in one}
        assert named <= rows, finding.code


@process
def test_a_report_in_html_is_the_page_of_the_run(hostile, run, page):
    code, out, _ = run("report", hostile.folder, "--format", "html")
    assert code == hostile.exit_code
    assert out == page


def test_what_stands_in_vendor_is_what_its_readme_says():
    room = files("rewardlab.pages").joinpath("vendor")
    rows = re.findall(r"^\| ([\w.]+) \|.*\| (\w{64}) \|$", room.joinpath("README.md").read_text(), re.MULTILINE)
    assert len(rows) == 2
    for name, expected in rows:
        assert hashlib.sha256(room.joinpath(name).read_bytes()).hexdigest() == expected


def test_a_cut_text_keeps_its_beginning_and_its_end():
    text = cut("a" * 100 + "b" * 100, 30)
    assert text == "a" * 20 + "\n[... 170 characters left out; the run directory holds them ...]\n" + "b" * 10
    assert cut("short", 30) == "short"


def test_characters_that_change_what_a_reader_sees_become_escapes():
    assert shown("a\u202eb\r\nc\x07\td", 100) == "a\\u202eb\nc\\x07\\td"


def prompt(reference):
    return Prompt("p", ({"role": "user", "content": "12+30"},), reference, {"reference_answer": reference}, 1)


@pytest.mark.parametrize(
    ("text", "succeeds", "span"),
    [
        ("it is 42.", False, "42"),
        ("it is 42", True, "42"),
        ("it is 41", False, "41"),
        ("it is 20", False, None),
        ("it is 41", True, None),
        ("it is 1.42 or 420", False, None),
        ("no number", False, None),
        ("", False, None),
    ],
)
def test_the_span_of_a_near_miss(text, succeeds, span):
    found = near_miss(prompt("42"), text, succeeds=succeeds)
    assert (found and text[found.start : found.end]) == span


class Sampled:
    """A stand-in for a question, of which only the sampled cells are read."""

    def __init__(self, row):
        self.answers = self
        self.row, self.prompt_ids = row, tuple(f"p{number}" for number in range(len(row)))


@process
def test_the_page_of_a_sample_says_so_and_counts_what_it_leaves_out(hostile):
    with Run.open(hostile.folder) as run:
        settings, record = _settings(run, {}), run.manifest.rewards[-1]
        tables = run.generations.read(), run.scores(record.key).read()
        page = audit_page(hostile, run, _question(run, settings, record, tables, None), most=40)
    assert "A sample: 8 of 24 prompts and 40 of 120 generations are on this page" in page
    data = data_of(page)
    assert len(data["rows"]["p"]) == 40
    raised = next(one for one in data["findings"] if one["code"] == "RL201")
    assert [data["rows"]["reason"][n] for n in raised["rows"]] == ["raised"] * len(raised["rows"])
    assert re.search(rf"Open 3 generations</button>[^/]*, {len(raised['rows'])} of them on this page", page)


def test_a_run_too_large_is_shown_in_part_whole_groups_and_wanted_ones_first():
    question = Sampled(np.arange(4000).reshape(1000, 4))
    wanted = np.zeros(1000, bool)
    wanted[[3, 501]] = True
    cells = cells_of(question, wanted=wanted, most=100)
    assert (len(cells), cells.total, cells.prompts_total, len(cells.shown)) == (100, 4000, 1000, 25)
    assert {3, 501} <= set(cells.shown.tolist())
    assert cells.shown.max() > 900
    assert len(cells_of(question, wanted=wanted, most=4000)) == 4000
