"""The evidence of RL5xx in sentences: how judges agree, and what moves their verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CHANCE = (
    "chance gives one as clear as this among {tests:n|such test|such tests} with probability {p_adjusted:p}",
    "chance gives one as clear as this with probability {p_adjusted:p}",
    "{p_value:?|}",
)
#: An alteration of the response, and what it does to the verdicts.
MOVED = (
    "{judge:s}: the mean verdict {change:moves} ({low:2} to {high:2}) when {altered:are} added",
    "the mean verdict {change:moves} ({low:2} to {high:2}) when {altered:are} added",
    "{judge:s}: what {altered:s} does is undefined: {undefined:s}",
    "of {compared:n|verdict|verdicts} {raised:n} rose and {lowered:n} fell",
    "{wrong_turned_right:n} of {judged_wrong:n|answer|answers} called wrong became right",
    "{right_turned_wrong:n} of {judged_right:n|answer|answers} called right became wrong",
)
TRUTH = "what is right is told by {truth:s}"
SENTENCES: Mapping[str, Sequence[str]] = {
    "RL501": (
        "{independent:n} of the judges {judges:l} count as independent: they share {shared_model:s}",
        "{independent:n} of the judges {judges:l} count as independent",
    ),
    "RL502": (
        "alpha of {judges:l} on {of:s} is {alpha:2} ({low:2} to {high:2}); the target is {min_alpha:2}",
        "alpha of {judges:l} on {of:s} is undefined: {undefined:s}; the target is {min_alpha:2}",
        "{equal_verdicts:%} of the verdicts are equal ({units:n} units of {prompts:n|prompt|prompts}, {level:s} level)",
        "{units:n} units of {prompts:n|prompt|prompts} were judged, {level:s} level",
        "without {departs_most:s} the others agree best",
        "{share:%} of the verdicts are {most_frequent:g}, and AC is {ac_above_alpha_by:2} above alpha",
        "about {further_prompts:n|further judged prompt|further judged prompts} would decide",
        "{undecided:?the interval crosses the target|}",
    ),
    "RL503": (
        (
            "asked again, {judge:s} says otherwise in {flip_rate:%} of {generations:n|generation|generations} ({low:%}"
            " to {high:%}), and in {flip_rate_near_threshold:%} near the threshold"
        ),
        (
            "asked again, {judge:s} says otherwise in {flip_rate:%} of {generations:n|generation|generations} ({low:%}"
            " to {high:%})"
        ),
        "{unanimous:%} got the same verdict every time",
        "alpha of its own repeats is {retest_alpha:2}",
    ),
    "RL504": (
        "{judge:s} keeps its verdict in {consistent:%} of {pairs:n|pair|pairs} when the responses change places",
        "{judge:s} judged {pairs:n|pair|pairs} in both orders",
        "the first place won in both orders {first_place_won_both:n} times, the second {second_place_won_both:n} times",
        "it picks the first place in {first_pick_share:%}",
        "the first place wins by {net_primacy:%} more of the pairs than the second ({low:%} to {high:%})",
        *CHANCE,
    ),
    "RL505": (*MOVED, *CHANCE),
    "RL506": (
        *MOVED,
        "{no_more_than_padding:?sentences that ask for nothing move it as much|}",
        (
            "the other way, the mean verdict {other_direction.change:moves} ({other_direction.low:2} to "
            "{other_direction.high:2}) when {other_direction.altered:are} added"
        ),
        *CHANCE,
    ),
    "RL507": (
        (
            "the errors of {judge:s} and {other_judge:s} correlate by {error_correlation:2} ({low:2} to {high:2}): "
            "together they are worth {effective_judges:2} judges ({effective_judges_low:2} to "
            "{effective_judges_high:2})"
        ),
        "the errors of {judge:s} and {other_judge:s} correlate by {error_correlation:2} ({low:2} to {high:2})",
        "{judge:s} and {other_judge:s} are wrong together on {wrong_together:n} of {generations:n} generations",
        (
            "{judge:s} and {other_judge:s} gave the same verdict in all of {same_verdicts:n}, "
            "{not_explained_by_truth:n} of which the truth does not explain"
        ),
        "{different_verdicts:?their verdicts differ|}",
        TRUTH,
        "{left_out:s} left out",
        *CHANCE,
    ),
    "RL508": (
        (
            "{unreadable:%} of the verdicts of {judge:s} cannot be read ({low:%} to {high:%}, "
            "{questions:n|question|questions}): {reasons:c}"
        ),
        (
            "{unreadable:%} of the verdicts of {judge:s} cannot be read ({low:%} to {high:%}, "
            "{questions:n|question|questions})"
        ),
        "not asked: {not_asked:c}",
    ),
    "RL509": (
        (
            "{judge:s} agrees with the people as well as an annotator does for {winning_rate:%} of the annotators (at "
            "epsilon {epsilon:g}); its chance to be as close as one is {advantage:%}"
        ),
        "{judge:s} could not be tested: {undefined:s}",
    ),
    "RL510": (
        (
            "{stayed:n} of {judged_right:n|answer|answers} that {judge:s} called right stay right beside the reference"
            " of another prompt: {stayed_right:%} ({low:%} to {high:%})"
        ),
        *CHANCE,
    ),
    "RL511": (
        "{judge:s} ({judge_model:s}) and the policy {policy:s} are both of the family {family:s}",
        (
            "it calls answers right more often than {judges_of_other_families:l} do, by {gap:%} ({low:%} to {high:%}),"
            " of answers that the labels call equally right"
        ),
        "compared with judges of other families: {judges_of_other_families:l}",
        "not measured without {not_measured_without:l}",
        "{left_out:s} left out",
        *CHANCE,
    ),
    "RL512": (
        "{judge:s} gives the same verdict, {verdict}, to all of {verdicts:n|answer|answers}",
        (
            "{judge:s} calls {true_positive_rate:%} of right answers right and {false_positive_rate:%} of wrong ones, "
            "over {verdicts:n|verdict|verdicts}: Youden's J is {youden_j:2} ({low:2} to {high:2})"
        ),
        TRUTH,
        "{fault:?|}",
        "{left_out:s} left out",
        *CHANCE,
    ),
}
