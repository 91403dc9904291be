"""Does a judge score the same words differently under a heading and in bold?"""

from __future__ import annotations

from dataclasses import replace

from rewardlab.judging.exhibit import Exhibit

VARIANT = "styled"
HEADING = "## Response"


def alter(exhibit: Exhibit) -> Exhibit:
    """The exhibit with a markdown heading over the response and each of its lines in bold; its words are the same."""
    lines = [f"**{line.strip()}**" if line.strip() else "" for line in exhibit.response.splitlines()]
    return replace(exhibit, response="\n".join([HEADING, "", *lines]))
