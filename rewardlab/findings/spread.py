"""RL3xx: the scores do not tell one generation of a prompt from another."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL301": Entry(
        "answers of different worth earn one and the same score",
        "Equal scores give every generation the advantage zero: nothing is learned.",
        "Check that the reward reads the response and the reference at all: score the reference answer itself.",
    ),
    "RL302": Entry(
        "scores are saturated at the top",
        "Where nearly all generations have the best score, nothing tells them apart.",
        "Use harder prompts, or a reward that still tells good from better.",
    ),
    "RL303": Entry(
        "positive scores are too rare",
        "Under about 5 % positive rewards training struggles: most groups hold no success to learn from.",
        "Train with SFT first, use easier prompts, or give partial credit.",
    ),
    "RL304": Entry(
        "too few groups carry a signal",
        "A group whose scores are all equal has the advantage zero throughout: its generations are paid for and teach "
        "nothing.",
        "Drop prompts that are always or never solved, raise the group size, or give graded scores.",
    ),
    "RL305": Entry(
        "scores differ between prompts, not within them",
        "Group-relative training compares the generations of one prompt; differences between prompts cancel.",
        "Reward what distinguishes two answers to one prompt, and choose prompts of middle difficulty.",
    ),
    "RL306": Entry(
        "the reward's noise hides its signal",
        "If re-scoring moves a score as much as the answer does, the gradient follows the noise.",
        "Average repeated judgments, lower the judge's temperature, or use a coarser scale.",
    ),
    "RL307": Entry(
        "a component of the reward is dead or drowns the others",
        "A component that never varies teaches nothing; one that carries all the variance is the only thing learned.",
        "Rescale the components by their variance within groups, or drop the dead one.",
    ),
}
