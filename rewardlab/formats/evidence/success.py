"""The evidence of RL4xx in sentences: who wins that should not, and who loses that should win."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Where the right answers came from that were altered.
SAMPLED = "the right answers were {right_answers:s}"
SHARE = "{share:%} of {prompts:n|prompt|prompts} ({low:%} to {high:%})"
BARE_SHARE = "{share:%} ({low:%} to {high:%})"
SUCCESS = "success begins at {success_at:g}"
SENTENCES: Mapping[str, Sequence[str]] = {
    "RL401": (
        f"in none of the formats tried does a right answer win on {SHARE}: {{formats_tried:l}}",
        "the prompts ask for {asked:q}, and the reward reads {read:q}",
        "the bare answer wins only as {unasked:q}, of which the prompts say nothing",
        (
            "no right answer wins on {rows_that_cannot_score:n} of {rows_asked:n|row|rows} that were asked about, of "
            "{rows_in_file:n} in the file"
        ),
        f"so it is on {SHARE}",
        "{rows:n} of {of:n|reference is|references are} no answers that win in any format",
        "these rows: {rows:l}",
        "it reads {reads_best:q} best",
        SUCCESS,
        "the top of the range is {top:g}",
        "{stand_ins:n|sampled answer stands|sampled answers stand} in for right ones, written as {read_as:q}",
        "{of_these_succeed:n} of {sampled_right_answers:n|sampled answer|sampled answers} that read as right succeed",
    ),
    "RL402": (
        SAMPLED,
        "{of_these_succeed:n} of {sampled_without_label:n|sampled answer|sampled answers} without a label succeed",
        f"so it is on {SHARE}",
    ),
    "RL403": (SAMPLED, "{notes:s}"),
    "RL404": (
        (
            "within prompts score and length go together, with a correlation of {correlation:2} ({low:2} to {high:2}), "
            "{held_constant:s} held constant"
        ),
        "length moves a score by {worth:%} of its range",
        "chance gives one as clear as this among {tests:n|such test|such tests} with probability {p_adjusted:p}",
        "{p_value:?|}",
    ),
    "RL405": (
        (
            "{true_positive_rate:%} of right answers succeed and {false_positive_rate:%} of wrong ones: Youden's J is "
            "{youden_j:2} ({low:2} to {high:2})"
        ),
        (
            "of a right and a wrong answer to one prompt the right one earns more in {auc_within_prompts:%} of pairs "
            "({auc_low:%} to {auc_high:%})"
        ),
        "{paid_beyond_mistakes:%} of the wrong answers succeed beyond what mistakes of the labels explain",
        "success from {better_success_at:g} on would have a J of {youden_j_there:2}",
        "compared with {against:s}: {judges:l}",
        "the agreement is {agreement:s}",
        "{left_out:s} left out",
        f"so it is in {SHARE}",
    ),
    "RL406": (
        SAMPLED,
        f"an answer scores although its reference is {{references:l}}, on {SHARE}",
        "{rows_without_reference:N|row of the file has|rows of the file have} no such reference to compare with",
        f"so it is on {SHARE}",
    ),
    "RL407": (
        SAMPLED,
        (
            "{won:n} of {exchanged:n|winning answer wins|winning answers win} for another prompt too: {share:%} "
            "({low:%} to {high:%}, {prompts:n|prompt|prompts})"
        ),
        (
            "{succeed:n} of {read_wrong:n|sampled answer|sampled answers} whose texts are wrong succeed: {share:%} "
            "({low:%} to {high:%}, {prompts:n|prompt|prompts})"
        ),
        SUCCESS,
        "{by_reading_alone:?only the reading of the texts says that they are wrong|}",
        "not asked: {not_asked:s}",
        "{asked:s}",
    ),
    "RL408": (SAMPLED,),
    "RL409": ("{truncated:n|generation was|generations were} cut off at the token limit, {share:%} of all",),
    "RL410": (
        (
            "the mean label of the highest-scored of n is best at n = {peak_at:n} and falls by {fall:2} after it "
            "({low:2} to {high:2})"
        ),
        "mean labels by n: {labels_of_best_of:d}",
        "how far this goes from the model, in nats, by n: {divergence_nats:d}",
        "chance gives one as clear as this among {tests:n|such test|such tests} with probability {p_adjusted:p}",
        "{p_value:?|}",
    ),
    "RL411": ("{touched:n} of {failing:n} failing answers give the reference as their answer",),
    "RL412": ("{touched:n} of {failing:n} failing answers begin inside a thought",),
    "RL413": ("{touched:n} of {failing:n} failing answers never close their thought",),
    "RL414": ("{touched:n} of {failing:n} failing answers hold no thought",),
    "RL415": ("{shaped:n} of {asked:n|sampled answer is|sampled answers are} written as the reward reads it",),
}
