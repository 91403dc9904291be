"""The formats of a proof: its text and JSON, and the outline that the others are written from."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.formats.proof import json, text
from rewardlab.formats.proof.outline import outline
from rewardlab.formats.table import Format, formats_of
from rewardlab.reports.proof import ProofReport

PROOF_FORMATS: Mapping[str, Format[ProofReport]] = formats_of(text.render, json.render, outline)
