"""What the names of columns show about them: names of units, raters, ratings, and of other things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: The names by which columns are recognised if the user does not name them; the first that a file has is taken.
UNITS = (
    *_words(
        """unit unit_id item item_id subject subject_id target task task_id example example_id question_id
        prompt_id sample_id doc_id document_id text_id sentence_id instance_id record_id conversation_id
        hitid hit_id uid uuid id instance sample record unnamed:_0 __index_level_0__"""
    ),
    "",
)
RATERS = _words(
    """rater rater_id judge judge_id annotator annotator_id coder coder_id worker worker_id workerid reviewer
    reviewer_id grader grader_id labeler labeller labeler_id evaluator evaluator_id user user_id username expert
    annotator_name rater_name judge_name judge_model completed_by"""
)
RATINGS = _words(
    "rating value score label verdict answer grade choice annotation judgment judgement class vote category"
)
#: Words in a column's name that mark it as a rater's.
RATER_WORDS = frozenset(
    _words(
        """rater raters judge annotator ann anno annot coder worker reviewer grader labeler labeller evaluator
        expert human user crowd llm gpt claude llama gemini qwen mistral deepseek r a j who"""
    )
)
_OF_A_UNIT = frozenset(
    _words(
        """topic category domain subject lang language split dataset source model system country gender sex age
        genre type group difficulty turn turns year page chapter section epoch round batch version seed fold
        priority position order kind condition cluster part subset name title author rank pred prediction predicted"""
    )
)
_ALWAYS = (
    ("confidence", _words("confidence conf certainty sureness probability prob probs logprob logprobs likelihood")),
    (
        "a time",
        _words(
            """time times timestamp tstamp date datetime created updated started finished submitted duration
            seconds secs sec minutes elapsed latency ms lead"""
        ),
    ),
    (
        "made from ratings, or the truth they are measured by",
        _words(
            """gold golden truth groundtruth reference ref majority consensus adjudicated adjudication
            adjudicator resolved expected aggregated aggregate mean average avg median mode sum total std
            stdev sd var variance agreement agree kappa alpha majorityvote final"""
        ),
    ),
)
_NOTES = frozenset(
    _words(
        """note notes comment comments remark remarks reason reasons reasoning rationale rationales explanation
        explanations justification justifications feedback critique thought thoughts why description
        analysis"""
    )
)
_SIZES = frozenset(
    _words(
        """length len lengths size tokens token chars characters char words word count counts n num number cost
        price usage turns retries attempts fallbacks bytes lines sentences"""
    )
)
_IDS = frozenset(_words("id ids uuid guid hash url uri link email ip hitid workerid assignmentid session key"))
_INDEX = frozenset(
    {
        "",
        "unnamed: 0",
        "unnamed:_0",
        "index",
        "idx",
        "row",
        "#",
        "no",
        "nr",
        "row_number",
        "level_0",
        "__index_level_0__",
    }
)


class Trait(NamedTuple):
    """Why a column with this name is not a rating, and whether that is certain whatever its cells contain."""

    why: str
    certain: bool


def tokens_of(name: str) -> tuple[str, ...]:
    """The words and numbers in a name: `ann1_notes` and `Ann1 Notes` give ann, 1 and notes."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(re.findall(r"[^\W\d_]+|\d+", spaced.casefold()))


def is_index(name: str) -> bool:
    """Whether a column with this name holds row numbers, as `DataFrame.to_csv()` writes them."""
    return name.casefold().strip() in _INDEX or name.casefold().startswith("unnamed: ")


def trait_of(name: str, *, numeric: bool) -> Trait | None:
    """Why a column with this name holds no ratings, or None if its name does not show that.

    Arguments: `numeric`, whether its cells are numbers: notes are not, lengths are.
    """
    parts = tokens_of(name)
    words = set(parts)
    rules = (
        (len(parts) > 1 and words & {"true", "actual"}, "the truth that ratings are measured by", True),
        *((words & set(always), what, True) for what, always in _ALWAYS),
        (words & _NOTES and not numeric, "notes", True),
        (words & _SIZES and numeric and not words & RATER_WORDS, "a length or a count", True),
        (parts and parts[-1] in _IDS, "an id", True),
        (words & _OF_A_UNIT or (parts and parts[0] in {"is", "has", "was"}), "a property of the unit", False),
    )
    return next((Trait(f"by its name {what}", certain) for holds, what, certain in rules if holds), None)


def rates(name: str) -> bool:
    """Whether a name contains a word for a rater."""
    return bool(set(tokens_of(name)) & RATER_WORDS)


def first_of(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """The columns with one of the names, ignoring case, in the order of `names`."""
    by_name = {name.casefold().replace(" ", "_"): name for name in reversed(columns)}
    return [by_name[name] for name in names if name in by_name]


def families_of(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Groups of two or more names that differ in one part or start alike: ann1, ann2; alice_label, bob_label; a, b."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        parts = tokens_of(name)
        for place, part in enumerate(parts):
            rest = (*parts[:place], "*", *parts[place + 1 :])
            short = part.isdigit() or len(part) == 1
            if len(parts) > 1 or short:
                found.setdefault(rest, []).append(name)
        if len(parts) > 1:  # score_match and score_model_graded_qa
            found.setdefault((parts[0], "**"), []).append(name)
    return [tuple(members) for members in found.values() if len(members) > 1]


def grid_of(names: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]] | None:
    """The names grouped by their first parts and by their last parts, if every combination of the two occurs.

    alice_helpful, alice_safe, bob_helpful, bob_safe are two raters by two questions, or the other way round. None if
    one part is only a rater's number, as in gpt_4, gpt_5, claude_4, claude_5.
    """
    for cut in (-1, 1):
        heads: dict[str, list[str]] = {}
        tails: dict[str, list[str]] = {}
        for name in names:
            parts = tokens_of(name)
            if len(parts) < 2:
                return None
            heads.setdefault(" ".join(parts[:cut]), []).append(name)
            tails.setdefault(" ".join(parts[cut:]), []).append(name)
        if len(heads) > 1 and len(tails) > 1 and len(heads) * len(tails) == len(names):
            numbered = all(part.isdigit() or len(part) == 1 for part in tails)
            if not (numbered and RATER_WORDS.issuperset(heads)):
                return heads, tails
    return None


def slots_of(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The names with a number, by their other parts and that number: worker_1, label_1, worker_2, label_2."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        parts = tokens_of(name)
        numbers = [part for part in parts if part.isdigit()]
        if len(numbers) == 1 and len(parts) > 1:
            stem = "_".join(part for part in parts if not part.isdigit())
            found.setdefault(stem, {})[numbers[0]] = name
    return {stem: members for stem, members in found.items() if len(members) > 1}
