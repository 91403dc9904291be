"""A pytest plugin: the fixtures `rewardlab_check` and `rewardlab_audit`, whose reports pytest shows in its own output.

    def test_the_reward_has_no_fault(rewardlab_check):
        assert rewardlab_check("reward.py", "prompts.jsonl").exit_code == 0

The functions are those of the library, with the same arguments. Relative paths are looked up as pytest was started.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

import rewardlab

if TYPE_CHECKING:
    from rewardlab.reports.audit import Report
    from rewardlab.reports.check import CheckReport

#: The line of a report and its whole text.
Shown: TypeAlias = tuple[str, str]
REPORTS = pytest.StashKey[list[Shown]]()
#: The property of a test's report that holds a line; it reaches pytest's summary also from the workers of pytest-xdist.
PROPERTY, TITLE, WIDTH = "rewardlab", "rewardlab", 100


@pytest.fixture
def rewardlab_check(request: pytest.FixtureRequest) -> Callable[..., CheckReport]:
    """`rewardlab.check(reward, prompts=None, **options)`: a CheckReport, whose exit_code is 0 if nothing blocks."""

    def check(reward: str | Path, prompts: str | Path | None = None, **options: Any) -> CheckReport:
        report = rewardlab.check(reward, prompts, **options)
        checks = _module("rewardlab.reports.check").Checks.of([report])
        _keep(request.node, _text("rewardlab.formats.check", "CHECK_FORMATS", checks))
        return report

    return check


@pytest.fixture
def rewardlab_audit(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """`rewardlab.audit(reward, prompts=None, **options)`: a Report, whose verdict is go, no_go or inconclusive."""

    def audit(reward: str | Path, prompts: str | Path | None = None, **options: Any) -> Report:
        report = rewardlab.audit(reward, prompts, **options)
        _keep(request.node, _text("rewardlab.formats.audit", "FORMATS", report))
        return report

    return audit


def _text(module: str, formats: str, report: object) -> str:
    display = _module("rewardlab.formats.display").Display(WIDTH)
    text: str = getattr(_module(module), formats)["text"](report, display)
    return text


def _module(name: str) -> Any:
    """A module that is imported when a fixture is used: every run of pytest loads this plugin."""
    return importlib.import_module(name)


def _keep(item: pytest.Item, text: str) -> None:
    """Keep a report with its test: the first line for pytest's summary, all of it if the test fails."""
    line = " ".join(text.split("\n", 1)[0].split())
    item.stash.setdefault(REPORTS, []).append((line, text))
    item.user_properties.append((PROPERTY, line))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the reports to what pytest prints of a test that failed."""
    report = yield
    if report.when == "call" and report.failed:
        report.sections += [(TITLE, text) for _, text in item.stash.get(REPORTS, [])]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each report, with its test."""
    lines = [
        f"{line}  ({report.nodeid})"
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, line in report.user_properties
        if name == PROPERTY
    ]
    if lines:
        terminalreporter.section(TITLE)
        for line in lines:
            terminalreporter.write_line(line)
