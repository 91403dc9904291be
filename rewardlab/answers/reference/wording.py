"""Formats for final answers: those usual in the field, and those that a prompt asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rewardlab.answers.reference.accepted import prompt_text
from rewardlab.answers.reference.readings import unwrapped
from rewardlab.task import Prompt

REASONING = "Let me go through this step by step. I read the question and work out what it asks for.\n\n"
AFTER_REASONING = " after reasoning"


@dataclass(frozen=True, slots=True)
class Format:
    """A format for a final answer: `before` and `after` enclose it, and `lead` (reasoning) precedes all.

    `explicit` marks a format that a prompt names in so many words.
    """

    name: str
    before: str = ""
    after: str = ""
    lead: str = ""
    explicit: bool = False

    def write(self, answer: str) -> str:
        """The whole response that gives this answer."""
        return f"{self.lead}{self.final(answer)}"

    def final(self, answer: str) -> str:
        """The answer in its format, without what leads up to it."""
        return f"{self.before}{answer}{self.after}"

    def reasoned(self) -> Format:
        """The same format after a short reasoning."""
        return Format(f"{self.name}{AFTER_REASONING}", self.before, self.after, REASONING, self.explicit)

    @property
    def is_keyed(self) -> bool:
        """Whether the answer is a string under a key of an object, where anything added makes another string."""
        return self.before.endswith('": "') and self.after.startswith('"') and self.after.rstrip("`\n ").endswith("}")

    def find(self, text: str) -> tuple[int, str] | None:
        """The place and text of the last answer in this format; None if there is none.

        An answer with no end mark, or with only a punctuation mark, ends with its line. Takes time in proportion to
        the text, for only the last few openings are tried.
        """
        before, after = self.before.strip(), self.after.strip()
        end = text.rfind(after) if len(after) > 1 else len(text)
        for _ in range(MOST_OPENINGS):
            if end < 0 or (start := text.rfind(before, 0, end)) < 0:
                return None
            inside = start + len(before)
            answer = text[inside : text.find(after, inside)] if len(after) > 1 else _line(text, inside, after)
            if answer.strip():
                return start, answer.strip()
            # This opening has no answer after it: try the one before.
            end = start + len(before) - 1 if before else -1
        return None


BARE = Format("the bare answer")
#: A whole text that the user gave as an example of a right answer, in whatever format.
GIVEN = Format("the text given as right")
BOXED = Format("\\boxed{X}", "\\boxed{", "}")
HASHES = Format("#### X", "#### ")
TAGGED = Format("<answer>X</answer>", "<answer>", "</answer>")
KNOWN = (
    BARE,
    BOXED,
    HASHES,
    TAGGED,
    Format("Answer: X", "Answer: "),
    Format("The answer is X.", "The answer is ", "."),
    Format("a code fence", "```\n", "\n```"),
    Format("a fence of Python", "```python\n", "\n```"),
    Format('{"answer": "X"}', '{"answer": "', '"}'),
)
#: "Label: X", "Answer: <letter>", "Final answer: [number]": a word, a colon and a placeholder.
PLACEHOLDER = re.compile(
    r"([\"'`“]|^|: )((?:The )?[A-Z][A-Za-z]*(?: [A-Za-z]+){0,2}:) ?(?:X|<[^<>\n]{1,30}>|\[[^\[\]\n]{1,30}\]|"
    r"\{[^{}\n]{1,30}\}|\.\.\.|_+|\$?[A-Z]{2,}(?:[-_/ ][A-Z]{2,}){0,3}\b)",
    re.MULTILINE,
)
#: A line of a template whose blank speaks of the answer: "RESULT => [your answer]", "{final_answer}".
BLANK = re.compile(
    r"\$(?:FINAL_)?ANSWER\b"
    + "".join(
        rf"|{opening}(?:(?:your|the|final|short)[ _-])*(?:answer|result|solution){more}{closing}"
        for opening, more, closing in (
            (r"\[", r"(?:[ _-](?:here|goes here))?", r"\]"),
            (r"\{", r"(?:[ _-](?:here|goes here))?", r"\}"),
            ("<", r"[ _-](?:here|goes here)", ">"),
        )
    )
    + r"|<(?:your|the|final|short)[ _-](?:final )?(?:answer|result|solution)>",
    re.IGNORECASE,
)
#: The longest text before a blank on its line, and after it.
LONGEST_LEAD, LONGEST_TAIL = 40, 20
QUOTES = "\"'`\u201c\u201d"
#: How many openings, from the end, are tried before a response counts as having no answer.
MOST_OPENINGS = 20
SOMETHING = re.compile(r"\S")
#: "#### 42", "after ####": not a heading of that depth.
HASHED = re.compile(
    r"####\s*(?:[<\[{\d\"'`X]|answer|final|your)|(?:after|with|by|following)\s+[\"'`]?####", re.IGNORECASE
)
#: Write "Summary:" and then ...
QUOTED_WORD = re.compile(r"[\"'`“]([A-Z][A-Za-z]*(?: [A-Za-z]+){0,2}:)[\"'`”]")
TAG = re.compile(r"<([a-zA-Z_]{2,20})>.{0,80}?</\1>", re.DOTALL)
#: "inside <answer> tags", "between the <answer> and </answer> tags", "wrapped in <answer>": a tag named and not shown.
NAMED_TAG = re.compile(
    r"\b(?:in|inside|within|between|into|by|using|with|of)\s+(?:the\s+|an?\s+|your\s+)?[`\"']?<([a-zA-Z_]{2,20})>"
    r"|<([a-zA-Z_]{2,20})>(?:\s*(?:and|,|/|\.\.\.|…)\s*</\2>)?[`\"']?\s+tags?\b",
    re.IGNORECASE,
)
OPENING = re.compile(r"<([a-zA-Z_]{2,20})>")
#: Tags around what leads up to the answer.
LEADING = {"think", "thinking", "thought", "reasoning", "scratchpad", "analysis", "explanation", "rationale"}
#: ```sql, ```python: "in one ```sql block".
FENCE = re.compile(r"```([a-z]{2,12})\b")
KEY = re.compile(r"\{\s*[\"'](\w{1,30})[\"']\s*:\s*[^,{}]{1,60}\}")
#: An object that a prompt shows with several keys and a blank under each: {"label": .., "why": ..}.
SHOWN = re.compile(r"\{[^{}\n]{3,400}\}")
BLANK_VALUE = r"\"?(?:\.\.+|\u2026|<[^<>]*>|X|\w+(?:\|\w+)+|str|string|text|int|float|number|bool|)\"?"
PAIR = rf"[\"']\w{{1,30}}[\"']:{BLANK_VALUE}"
WITH_BLANKS = re.compile(rf"\{{{PAIR}(?:,{PAIR})+\}}")
NAMED_KEY = re.compile(r"[\"'](\w{1,30})[\"']\s*:")
#: The most keys of a shown object that are each tried as the answer's.
MOST_KEYS = 4
#: Words that forbid anything else, in one sentence with "answer": in the prompt's material they forbid nothing.
STRICT = re.compile(
    r"\b(?:answer|respond|reply|output|write|give|return|print)\b[^.?!\n]{0,60}"
    r"\b(?:only|exactly|nothing else|no other|verbatim|just the)\b"
    r"|\b(?:line|answer|response|output|reply)\b[^.?!\n]{0,20}\bmust be\b"
    r"|\b(?:only|exactly|verbatim|just)\b[^.?!\n]{0,40}\b(?:answer|label|number|letter|word|name|object|format|form)\b",
    re.IGNORECASE,
)


def _line(text: str, start: int, mark: str) -> str:
    """The first non-empty line from `start` on, without the mark it must end in; empty if it does not end so.

    The text's last line where `start` is its end.
    """
    begins = SOMETHING.search(text, start)
    if begins is None:
        return text.strip().rpartition("\n")[2] if not mark and start == len(text) else ""
    ends = text.find("\n", begins.start())
    line = text[begins.start() : ends if ends >= 0 else len(text)].rstrip()
    return line.removesuffix(mark) if line.endswith(mark) else ""


def is_strict(prompt: Prompt) -> bool:
    """Whether the prompt forbids other forms ("only the number", "exactly", "nothing else")."""
    return STRICT.search(prompt_text(prompt)) is not None


def asked_formats(prompt: Prompt) -> tuple[Format, ...]:
    """The formats that the prompt names, without repeats; none when it names none that is known here."""
    text = prompt_text(prompt)
    found = dict.fromkeys(_asked(text))
    if isinstance(unwrapped(prompt.reference), dict | list):  # it is the object that the prompt shows
        found = {form: None for form in found if form not in set(_objects(text))}
    lead = _lead_in(text)
    return tuple(Format(one.name, one.before, one.after, lead or one.lead, one.explicit) for one in found)


def _lead_in(text: str) -> str:
    """The reasoning in the tags that a prompt names for it; empty where it names none."""
    tag = next((one.group(1) for one in OPENING.finditer(text) if one.group(1).lower() in LEADING), None)
    return f"<{tag}>\n{REASONING.strip()}\n</{tag}>\n" if tag else ""


def _in_tag(tag: str) -> Iterator[Format]:
    """An answer between the tag's two marks, on one line or on a line of its own."""
    yield Format(f"<{tag}>X</{tag}>", f"<{tag}>", f"</{tag}>", explicit=True)
    yield Format(f"<{tag}> X </{tag}> on three lines", f"<{tag}>\n", f"\n</{tag}>\n", explicit=True)


def _asked(text: str) -> Iterator[Format]:
    if "\\boxed" in text:
        yield Format(BOXED.name, BOXED.before, BOXED.after, explicit=True)
    if HASHED.search(text):
        yield Format(HASHES.name, HASHES.before, explicit=True)
    named = (match.group(1) for match in TAG.finditer(text))
    told = (match.group(1) or match.group(2) for match in NAMED_TAG.finditer(text))
    for tag in (*named, *told):
        if tag.lower() not in LEADING:
            yield from _in_tag(tag)
    for match in FENCE.finditer(text):
        yield Format(f"a fence of {match.group(1)}", f"```{match.group(1)}\n", "\n```", explicit=True)
    for match in PLACEHOLDER.finditer(text):
        yield Format(f"{match.group(2)} X", f"{match.group(2)} ", explicit=match.group(1) in {'"', "'", "`", "“"})
    yield from _templates(text)
    for match in QUOTED_WORD.finditer(text):
        yield Format(f"{match.group(1)} X", f"{match.group(1)} ")
    yield from _objects(text)
    for match in KEY.finditer(text):
        key = match.group(1)
        yield Format(f'{{"{key}": "X"}}', f'{{"{key}": "', '"}')
        yield Format(f'{{"{key}": X}}', f'{{"{key}": ', "}")


def _objects(text: str) -> Iterator[Format]:
    """For each key of an object shown with blanks, a format with the answer under it and filler under the others."""
    for match in SHOWN.finditer(text):
        if WITH_BLANKS.fullmatch("".join(match[0].split())) is None:
            continue
        keys = list(dict.fromkeys(NAMED_KEY.findall(match[0])))
        for key in keys[:MOST_KEYS]:
            before, after = json.dumps({one: "X" if one == key else "..." for one in keys}).split('"X"')
            yield Format(f'{before}"X"{after}', f'{before}"', f'"{after}')


def _templates(text: str) -> Iterator[Format]:
    """Formats from the prompt's lines, or quotes in them, that leave a blank for the answer."""
    for match in BLANK.finditer(text):
        before = text[: match.start()].rpartition("\n")[2]
        after = text[match.end() :].partition("\n")[0]
        quote = max(before.rfind(mark) for mark in QUOTES)
        if quote >= 0:
            closing = min((at for mark in QUOTES if (at := after.find(mark)) >= 0), default=0)
            before, after = before[quote + 1 :], after[:closing]
        # A blank alone on its line, or in running text, is no format.
        if before.strip() and len(before) <= LONGEST_LEAD and len(after) <= LONGEST_TAIL:
            yield Format(f"{before}X{after}", before, after)
