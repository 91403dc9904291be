"""The evidence of RL1xx in sentences: what the return broke, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BROKEN = (
    "asked with {event:s}, its return has {defects:n|fault|faults} of this kind",
    "asked with {event:s}, it returned None for {returned_none:n} of {samples:n|sample|samples}",
    "so it is with {generations:n|generation|generations}, {share:%} of all",
)
SENTENCES: Mapping[str, Sequence[str]] = {
    "RL101": BROKEN,
    "RL102": BROKEN,
    "RL103": BROKEN,
    "RL104": BROKEN,
    "RL105": (
        *BROKEN,
        "scores go from {lowest:g} to {highest:g}, the range is {range:r} ({declared:?declared|by the platform})",
    ),
    "RL106": BROKEN,
    "RL107": (
        (
            "{different:n|sample earns|samples earn} another score in the shape with {shape:d} than in the one it "
            "reads, {read:d}"
        ),
    ),
    "RL108": (
        "one bad sample loses {good_samples:n|good one|good ones}: {bad:l} ({bad_samples:n} of those tried)",
        "{why:s}",
    ),
    "RL109": ("it changed its event in place for {samples:n|sample|samples}", "the event became {example:q}"),
    "RL110": ("{told:l}",),
}
