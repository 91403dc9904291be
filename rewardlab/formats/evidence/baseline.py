"""The evidence of RL6xx and RL7xx in sentences: where the baseline lies, and what the data lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BAND = (
    "{band_on:s} is {estimate:%} ({low:%} to {high:%}); the band is {band:R}",
    "{band_on:s} is undefined: {undefined:s}; the band is {band:R}",
)
SENTENCES: Mapping[str, Sequence[str]] = {
    "RL601": BAND,
    "RL602": BAND,
    "RL603": (
        *BAND,
        "{band_on:s} is open; the band is {band:R}",
        "{why:s}",
        "by the labels it is {by_labels.estimate:%} ({by_labels.low:%} to {by_labels.high:%})",
        (
            "by the texts alone {right_by_their_texts.estimate:%} of "
            "{right_by_their_texts.of_answers:n|answer|answers} are right ({right_by_their_texts.low:%} to "
            "{right_by_their_texts.high:%})"
        ),
        (
            "by the texts alone {right_by_their_texts.estimate:%} are right ({right_by_their_texts.low:%} to "
            "{right_by_their_texts.high:%})"
        ),
        (
            "with unscored generations as failures it is {counted_as_failures.estimate:%} ({counted_as_failures.low:%}"
            " to {counted_as_failures.high:%}), as successes {counted_as_successes.estimate:%} "
            "({counted_as_successes.low:%} to {counted_as_successes.high:%})"
        ),
        "about {further_prompts:n|further prompt|further prompts} would decide",
        "{undefined:?|}",
    ),
    "RL604": (
        "there are {prompts:n|prompt|prompts}, the platform takes at least {least:n}",
        "there are {prompts:n|prompt|prompts}, the platform takes at most {most:n}",
        "the roles that the platform takes: {roles_taken:s}",
    ),
    "RL605": ("{missing:l}",),
    "RL701": (
        (
            "{copies:n} of {rows:n|row repeats|rows repeat} another one, "
            "{of_them_but_for_space_case_or_unicode_form:n} of them but for space, case or Unicode form"
        ),
        "{copies:n} of {rows:n|row repeats|rows repeat} another one",
        "{copies:n|row repeats|rows repeat} another one",
        "such as {copied_ids:l}",
        "{without_reference:n} of {rows:n|row has|rows have} no reference",
        "{without_reference:N|row has|rows have} no reference",
        (
            "{prompts_with_two_references:n|prompt stands|prompts stand} in two rows with different references, of "
            "{rows:n} rows"
        ),
        "{cut_before_the_assistants_last_turn:n} of {rows:n|row was|rows were} cut before the assistant's last turn",
    ),
    "RL702": ("so it is on {share:%} of {prompts:n|prompt|prompts}",),
    "RL703": ("{touched:n} of {failing:n} failing answers say nothing",),
}
