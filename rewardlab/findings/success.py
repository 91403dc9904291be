"""RL4xx: wrong answers win, or right ones lose."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL401": Entry(
        "the reference answer does not get the top score",
        "If the known right answer does not win, the reward teaches something else.",
        "Score the reference through your reward and fix the parsing that loses it.",
    ),
    "RL402": Entry(
        "a shortcut scores",
        "Whatever earns reward without solving the task is what training will find.",
        "Give empty, echoed, hedged and refused answers the lowest score, and ignore instructions in the response.",
    ),
    "RL403": Entry(
        "equivalent answers score differently",
        "Right answers in another form are punished, and training learns the form.",
        "Normalise both sides before comparing: numbers as numbers, text without case and outer space.",
    ),
    "RL404": Entry(
        "length is rewarded for its own sake",
        "Of equally right answers to a prompt the longer wins, or the shorter: length is the easiest to learn.",
        "Take length out of the reward, or bound it.",
    ),
    "RL405": Entry(
        "the reward does not put right answers above wrong ones, as labels, judges or the texts tell",
        "A reward no better than chance, turned around, or that form or style outweighs, teaches the wrong thing.",
        "Look at the generations listed in the evidence and fix the cases the reward gets wrong; where another "
        "threshold would agree, say it with --success-at.",
    ),
    "RL406": Entry(
        "an unreadable reference gives a free point",
        "A row whose reference cannot be parsed rewards any answer.",
        "Give it no points: raise for that sample alone, or return the lowest score. And clean the row.",
    ),
    "RL407": Entry(
        "the right format with a wrong answer scores too high",
        "If format alone pays nearly as much as being right, training stops at the format. An answer that wins under "
        "one prompt must lose under another whose right answer is another: else the reward does not read the answer.",
        "Compare the final answer, whole, with this prompt's reference, and lower the format's share.",
    ),
    "RL408": Entry(
        "a right answer in the reasoning saves a wrong final one",
        "The reward searches the whole text; listing candidates then pays.",
        "Read the final answer only.",
    ),
    "RL409": Entry(
        "many generations are cut off",
        "A truncated response is scored as wrong though it may have been on the way to right.",
        "Raise --max-tokens (and the recipe's limit), or ask for shorter reasoning.",
    ),
    "RL410": Entry(
        "the answers it likes best get worse as more compete",
        "Training is selection. Where the highest-scored of 8 answers is worse than the highest of 2, the policy will "
        "find what the reward overrates before it gets better.",
        "Look at the highest-scored wrong answers in the evidence, and take away what they are scored for.",
    ),
    "RL411": Entry(
        "right answers lose",
        "Failing answers give the reference, in other words or another format than the reward reads. Training would "
        "teach the format, and a verdict on the model would be a verdict on the format.",
        "Let the reward find the answer in what the model writes, or ask in the prompt for the format that it reads.",
    ),
    "RL412": Entry(
        "texts begin inside a thought",
        "The chat template opens the thought, so the model's text never holds the opening tag, and the trainer hands "
        "the reward the same text. A reward that wants the tag pays nobody.",
        "Let the reward do without the opening tag, or take a template that does not open it.",
    ),
    "RL413": Entry(
        "thoughts are never closed",
        "A text that ends inside its thought holds no answer, whatever the model knows.",
        "Raise --max-tokens, or look for a stop string that ends the text inside the thought; then sample again.",
    ),
    "RL414": Entry(
        "thoughts are missing from the texts",
        "A server that splits the reasoning off hands over the rest. A reward that wants the thought pays nobody, "
        "and the trainer's texts are others than these.",
        "Sample with --reasoning keep, or start the server without its parser of reasoning; or drop the thoughts.",
    ),
    "RL415": Entry(
        "no sampled answer is written as the reward reads it",
        "They have another shape (words for digits, a comma for a point): they fail unread, and may well be right.",
        "Show the format in the prompt, or loosen the reward so that it reads what the model writes; then audit again.",
    ),
}
