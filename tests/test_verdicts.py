"""The rewards that people have: the verdict, the next step and the accuracy are right on generations of known truth."""

from __future__ import annotations

import pytest

from bench.verdicts import audit_all
from fixtures.verdicts.cases import CASES

pytestmark = pytest.mark.bank


def test_every_verdict_case_is_right():
    assert {case.name: wrong for case, wrong in audit_all(CASES) if wrong} == {}
