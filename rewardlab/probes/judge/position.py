"""Does a judge of pairs follow the order in which the two responses are shown?"""

from __future__ import annotations

from dataclasses import replace

from rewardlab.judging.exhibit import Exhibit

VARIANT = "swapped"


def alter(exhibit: Exhibit) -> Exhibit:
    """The exhibit with its two responses in the other order.

    Raises: ValueError for an exhibit of one response.
    """
    if exhibit.other is None:
        raise ValueError("an exhibit of one response has no order")
    return replace(exhibit, response=exhibit.other, other=exhibit.response)
