"""How an audit's verdict is written and coloured, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rewardlab.formats.outline import Tone

Verdict: TypeAlias = Literal["go", "no_go", "inconclusive"]
WORDS: Mapping[Verdict, str] = {"go": "GO", "no_go": "NO-GO", "inconclusive": "INCONCLUSIVE"}
TONES: Mapping[Verdict, Tone] = {"go": "good", "no_go": "bad", "inconclusive": "open"}
#: Styles of a terminal, as rich names them.
STYLES: Mapping[Verdict, str] = {"go": "bold green", "no_go": "bold red", "inconclusive": "bold yellow"}
