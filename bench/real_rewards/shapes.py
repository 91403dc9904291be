"""How models write an answer: reasoning with numbers in it, then the answer in the format that the prompt asks for."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

LEADS = (
    "Let me work through it. First I take {a}, then {b}.",
    "Step 1: start from {a}.\nStep 2: that leads to {b}.",
    "We have {a} to begin with; after that {b} remains to be looked at.",
    "The parts are {a} and {b}, which I combine.",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`asks` is the sentence of the prompt that names the format; `text` has {lead} and {answer}."""

    asks: str
    text: str

    def write(self, answer: str, rng: Random) -> str:
        lead = rng.choice(LEADS).format(a=rng.randint(2, 60), b=rng.randint(61, 99))
        return self.text.replace("{lead}", lead).replace("{answer}", answer)


BOXED = Shape("Put the final answer in \\boxed{}.", "{lead}\nSo the answer is $\\boxed{{answer}}$.")
HASHES = Shape("End with #### and the number.", "{lead}\n#### {answer}")
TAGS = Shape("Put the final answer between <answer> and </answer>.", "{lead}\n<answer>{answer}</answer>")
THINK_TAGS = Shape(
    "Think between <think> and </think>, then answer between <answer> and </answer>.",
    "<think>\n{lead}\n</think>\n<answer>\n{answer}\n</answer>",
)
THINK_BOXED = Shape(
    "Think between <think> and </think>, then put the final answer in \\boxed{}.",
    "<think>\n{lead}\n</think>\nThe answer is $\\boxed{{answer}}$.",
)
LAST_LINE = Shape("The last line must be 'Answer: ' and the answer.", "{lead}\nAnswer: {answer}")
BARE = Shape("Answer with nothing else.", "{answer}")
LETTER = Shape("Answer with the letter.", "{lead}\nThe answer is ({answer}).")
STEPS = Shape("Explain your steps, then answer.", "{lead} Therefore, the answer is {answer}.")
REACT = Shape(
    "Think between <think> and </think>, then write Action: and Action Input: lines.",
    "<think>{lead}</think>\nAction: answer\nAction Input: {answer}",
)
