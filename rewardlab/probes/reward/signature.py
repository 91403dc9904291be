"""Is the reward called and read as its own trainer would call and read it?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.reward.trials.subject import Subject


def ask(subject: Subject) -> Iterator[Finding]:
    """RL110, a note, for a signature or a return that was read here and that the reward's own trainer refuses.

    It asks nothing itself: the signature was seen when the code was loaded, the returns by the probes before it.
    """
    told = [*subject.entry.notes, *subject.told]
    if told:
        yield Finding("RL110", "note", {"told": told})
