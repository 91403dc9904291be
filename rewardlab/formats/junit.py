"""An outline as JUnit XML, as Jenkins reads it: a suite for each part, a test case for each question.

A blocker is a failure; a question that could not be asked or decided is an error; one that was not meant to be asked is
skipped, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from rewardlab.formats.outline import Case, Outline, Part

#: Characters that XML 1.0 cannot hold, even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ELEMENTS = {"failed": "failure", "error": "error", "skipped": "skipped"}


def page(outline: Outline) -> str:
    """The outline as XML, ending with a line break."""
    cases = [case for part in outline.parts for case in part.cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f"<testsuites name={_attribute(f'rewardlab {outline.command}')} {_counts(cases, skipped=False)}>")
    for part in outline.parts:
        lines += _suite(outline, part)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(outline: Outline, part: Part) -> Iterator[str]:
    yield f"  <testsuite name={_attribute(part.subject)} {_counts(list(part.cases), skipped=True)}>"
    yield f'    <properties><property name="verdict" value={_attribute(part.verdict)}/></properties>'
    for case in part.cases:
        yield from _case(f"rewardlab.{outline.command}", case)
    yield "  </testsuite>"


def _counts(cases: list[Case], *, skipped: bool) -> str:
    states = [case.state for case in cases]
    counts = f'tests="{len(cases)}" failures="{states.count("failed")}" errors="{states.count("error")}"'
    return counts + (f' skipped="{states.count("skipped")}"' if skipped else "")


def _case(classname: str, case: Case) -> Iterator[str]:
    opening = f"    <testcase classname={_attribute(classname)} name={_attribute(case.name)}"
    body = _text(case.body)
    if case.state == "passed":
        seen = "\n".join(filter(None, [_text(case.message), body]))
        yield f"{opening}><system-out>{seen}</system-out></testcase>" if seen else f"{opening}/>"
        return
    name = ELEMENTS[case.state]
    kind = "" if case.state == "skipped" else f" type={_attribute(case.name.split()[0])}"
    yield f"{opening}>"
    yield f"      <{name}{kind} message={_attribute(case.message)}>{body}</{name}>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(FORBIDDEN.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(FORBIDDEN.sub("\ufffd", text))
