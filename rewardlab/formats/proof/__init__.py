"""The formats of a proof, one a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.formats.display import Display
from rewardlab.formats.proof import json, text
from rewardlab.reports.proof import ProofReport

PROOF_FORMATS: Mapping[str, Callable[[ProofReport, Display], str]] = {"text": text.render, "json": json.render}
