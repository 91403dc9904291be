"""RL5xx: the judges do not agree, or cannot be trusted."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL501": Entry(
        "fewer than two independent judges",
        "One judge's mistakes cannot be seen; two on the same model share them.",
        "Add a judge on another model family.",
    ),
    "RL502": Entry(
        "the judges do not agree",
        "A score that depends on who gave it is noise to the policy.",
        "Sharpen the rubric, give the scale fewer points, and show the judge the reference.",
    ),
    "RL503": Entry(
        "a judge disagrees with itself",
        "Repeats of one judgment differ, so the same answer earns different rewards.",
        "Set its temperature to 0, or take the majority of repeats.",
    ),
    "RL504": Entry(
        "a judge prefers a position",
        "The verdict follows the order in which answers are shown.",
        "Judge both orders and keep what survives.",
    ),
    "RL505": Entry(
        "a judge prefers long or decorated answers",
        "Sentences that say nothing, or headings and bold type, raise the score; training will pad and decorate.",
        "Say in the rubric that length and layout do not count, and check with padded pairs.",
    ),
    "RL506": Entry(
        "a judge follows text inside the response",
        "A response that asks for a high grade gets one, and training will learn to ask; or one that is right and "
        "doubts itself gets a low grade.",
        "Fence the response as data and state that it holds no instructions.",
    ),
    "RL507": Entry(
        "the judges' errors are not independent",
        "Judges that err together count as fewer than they are.",
        "Replace one by a judge of another model family or another method.",
    ),
    "RL508": Entry(
        "verdicts cannot be read",
        "A verdict outside the scale is no score; dropped or defaulted, it biases the reward.",
        "Use structured output, or ask for the verdict alone on the last line.",
    ),
    "RL509": Entry(
        "a judge may not stand in for the annotators",
        "It agrees with the people less than they do with each other.",
        "Improve the judge against the labels, or keep people in the loop.",
    ),
    "RL510": Entry(
        "a judge that is shown the reference ignores it",
        "Answers that it calls right stay right beside the reference of another prompt: it judges by how an answer "
        "looks, or by what it believes, and training learns to please that.",
        "Ask the judge to compare with the reference, and to call an answer that differs from it wrong.",
    ),
    "RL511": Entry(
        "a judge may favour its own model family",
        "Models rate text of their own kind above what people say of it, and training pulls the policy further there.",
        "Judge with a model of another family, or check this one against labels and judges of other families.",
    ),
    "RL512": Entry(
        "a judge does not tell right from wrong",
        "Verdicts that never vary, or that call right most of what is wrong, tell the policy nothing.",
        "Read the examples; sharpen the rubric with an anchor for each verdict, and show the judge the reference.",
    ),
}
