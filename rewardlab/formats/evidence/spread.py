"""The evidence of RL3xx in sentences: whether scores differ, and what makes them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SENTENCES: Mapping[str, Sequence[str]] = {
    "RL301": (
        "all {answers:n|made-up answer|made-up answers}, right and wrong, earn {score:g}",
        "all {generations:n|generation earns|generations earn} {score:g}",
    ),
    "RL302": ("{share_at_ceiling:%} of the scores are at the top, {ceiling:g}",),
    "RL303": ("{share_positive:%} of the scores are above 0 (at most {high:%})",),
    "RL304": (
        (
            "{estimate:%} of groups of {group_size:n} tell their generations apart ({low:%} to {high:%}, over "
            "{prompts:n|prompt|prompts}); the target is {target:%}"
        ),
        (
            "{estimate:%} of groups of {group_size:n} tell their generations apart ({low:%} to {high:%}); the target "
            "is {target:%}"
        ),
        "groups whose scores are all equal: {flat_groups:c}",
        "about {further_prompts:n|further prompt|further prompts} would decide",
        "the platform's recipe takes groups of {platform_default:n}; {smallest_group:n} would do",
    ),
    "RL305": ("{within_share:%} of the spread of the scores lies within prompts, the rest between them (ICC {icc:2})",),
    "RL306": (
        (
            "one generation scored again varies by {noise_sd:g} (standard deviation, "
            "{rescored:n|generation|generations}), those of a prompt differ by {signal_sd:g}"
        ),
        "the variance of the signal is {signal_to_noise:g} times that of the noise",
        "{reliability:%} of the spread in prompts is signal; differences under {detectable_difference:g} may be noise",
        "{informative_beyond_noise:%} of groups differ by more than noise (at most {beyond_high:%})",
    ),
    "RL307": (
        "{dead:l} never differs",
        "{drowning:s} drowns {drowned:l}",
        "every answer already has {mastered:l}",
        "{reported_beside:l} is reported beside the score and no part of it",
        "shares of the spread within prompts: {shares_of_spread:D}",
    ),
}
