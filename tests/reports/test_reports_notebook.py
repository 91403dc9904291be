"""Tests of reports in a notebook."""

from __future__ import annotations

import html
import re
import webbrowser

import pytest

import rewardlab
from rewardlab.starters import write_starter

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    write_starter("trl", folder)
    log = f"recorded:{folder / 'example_generations.jsonl'}"
    return rewardlab.audit(folder / "reward.py", folder / "prompts.jsonl", model=log, out=str(folder / "run"))


def framed(shown: str) -> str:
    """The document within the frame."""
    (document,) = re.findall(r'srcdoc="([^"]*)"', shown)
    return html.unescape(document)


def test_an_audit_is_shown_as_its_page(report):
    assert framed(report._repr_html_()) == report.page.read_text()


def test_its_frame_reaches_neither_the_notebook_nor_its_cookies(report):
    (sandbox,) = re.findall(r'<iframe sandbox="([^"]*)"', report._repr_html_())
    assert "allow-same-origin" not in sandbox


def test_a_report_without_its_run_is_shown_by_itself(report):
    alone = type(report).model_validate_json(report.to_json())
    assert framed(alone._repr_html_()).startswith("<!doctype html>")
    with pytest.raises(ValueError, match="read_report"):
        alone.show()


def test_a_check_is_shown_with_its_findings(report):
    folder = report.folder.parent
    (folder / "constant.py").write_text("def score(completion, reference):\n    return 1.0\n")
    shown = framed(rewardlab.check(folder / "constant.py", folder / "prompts.jsonl")._repr_html_())
    assert "RL301" in shown or "RL407" in shown


def test_a_group_has_its_generations_the_best_first(report):
    group = report.group("crates-001")
    assert list(group["prompt_id"].unique()) == ["crates-001"]
    assert len(group) == 8
    assert group["score"].is_monotonic_decreasing
    assert {"text", "score", "index"} <= set(group.columns)
    with pytest.raises(KeyError, match="nobody"):
        report.group("nobody")


def test_show_opens_the_page(report, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert report.show() == report.page
    assert opened == [report.page.resolve().as_uri()]
