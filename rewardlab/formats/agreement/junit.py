"""An agreement report as JUnit XML: a test case for all units and one for each slice."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from rewardlab.formats.agreement.rows import decision, with_interval
from rewardlab.formats.display import Display
from rewardlab.reports.agreement import Agreement, AgreementReport
from rewardlab.reports.section import visible_all

#: Characters that XML 1.0 cannot hold, even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: AgreementReport, _display: Display) -> str:
    """The report as XML, ending with a line break; every verdict but `sufficient` is a failure."""
    report = visible_all(report)
    parts = (report.whole, *report.slices)
    failures = sum(part.verdict != "sufficient" for part in parts)
    counts = f'tests="{len(parts)}" failures="{failures}" errors="0" skipped="0"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="rewardlab agree" {counts}>']
    lines.append(f"  <testsuite name={_attribute(report.source)} {counts}>")
    for part in parts:
        lines += _case(report, part)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(report: AgreementReport, part: Agreement) -> list[str]:
    name = "all units" if part.slice is None else f"{report.by}={part.slice}"
    opening = f'    <testcase classname="rewardlab.agree" name={_attribute(name)}'
    shown = f"alpha {with_interval(part.alpha)}"
    body = _text("\n".join([part.meaning, decision(report, part), *part.notes]))
    if part.verdict == "sufficient":
        return [f"{opening}>", f"      <system-out>{_text(shown)}\n{body}</system-out>", "    </testcase>"]
    failure = f'      <failure type="{part.verdict}" message={_attribute(shown)}>{body}</failure>'
    return [f"{opening}>", failure, "    </testcase>"]


def _attribute(text: str) -> str:
    return quoteattr(FORBIDDEN.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(FORBIDDEN.sub("\ufffd", text))
