"""RL7xx: the prompts or the generations are unfit."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL701": Entry(
        "the prompts have flaws",
        "Copies count twice, or one of two is rewarded wrongly; a row without a reference cannot be rewarded rightly.",
        "Delete the copies and fill in the references.",
    ),
    "RL702": Entry(
        "a prompt's generations are the same text",
        "Groups of equal texts teach nothing. At a temperature above 0 the sampler makes them, not the prompts.",
        "Look for one seed for all generations of a prompt, a cache before the server, or top-k 1; then sample again.",
    ),
    "RL703": Entry(
        "texts are empty",
        "Nothing is known of what the model wrote: a call of a tool, a stop string at once, a thought split off.",
        "Find where the text is lost between the model and the run, and sample again.",
    ),
}
