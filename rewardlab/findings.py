"""The catalogue of findings: what each code asks, why it matters, what to do. `rewardlab explain CODE` prints one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Severity: TypeAlias = Literal["blocker", "warning", "note"]
#: The gravest first.
RANK: Mapping[Severity, int] = {"blocker": 0, "warning": 1, "note": 2}
#: Characters of a text that evidence shows.
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Entry:
    """One code's page: what went wrong in a few words, why that matters for training, and the usual remedy."""

    title: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something measured that the user should act on. `remedy` defaults to the catalogue's."""

    code: str
    severity: Severity
    evidence: Mapping[str, Any]
    remedy: str = field(default="")

    def __post_init__(self) -> None:
        if not self.remedy:
            object.__setattr__(self, "remedy", CATALOGUE[self.code].remedy)

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title


CATALOGUE: Mapping[str, Entry] = {
    "RL101": Entry(
        "the return has the wrong shape",
        "The trainer reads one shape only: a bare list, or on some platforms an envelope with a body. Another shape is "
        "an error after three retries, and the job fails.",
        "Return the shape of your platform: for Nova RFT a bare list with one object per sample; for serverless "
        "open-weight training and custom scorers the envelope with statusCode and body.",
    ),
    "RL102": Entry(
        "results do not match samples by id",
        "Scores are matched to samples by id. A missing, doubled or invented id gives a sample none or a wrong one.",
        'Copy each sample\'s "id" into its result; return exactly one result per sample, also after an error.',
    ),
    "RL103": Entry(
        "a score is not finite in float32",
        "One NaN or infinity in a group makes every advantage of that group NaN, and the gradient with it.",
        "Find the division or logarithm that gives it, and return a finite score or raise.",
    ),
    "RL104": Entry(
        "a score is not a number",
        "Booleans, strings and null are read differently by each platform, or refused.",
        "Return float(score).",
    ),
    "RL105": Entry(
        "a score lies outside its range",
        "Platforms clip or refuse what leaves their range, and clipping changes which answers differ.",
        "Clip the score, or declare the range it really has with --reward-range LO,HI.",
    ),
    "RL106": Entry(
        "metrics_list is malformed",
        "A metric without a name or with a value that is no number is refused, or its chart stays empty.",
        'Give each metric {"name": text, "value": number, "type": "Reward" or "Metric"}.',
    ),
    "RL107": Entry(
        "an event shape of the platform is not understood",
        "Platforms place the reference at the top level or in metadata, content as text or as parts, and name the "
        "model's turn assistant or nova_assistant. A reward that reads one only scores the others as wrong.",
        "Read both places, both forms and both roles.",
    ),
    "RL108": Entry(
        "one bad sample loses its batch",
        "The handler runs on up to 128 samples at once. An exception for one of them fails the whole invocation, and "
        "after three retries the job.",
        "Catch errors per sample, and decide there what such a sample deserves; of a package, rewardlab package "
        "--on-failure SCORE does.",
    ),
    "RL109": Entry(
        "the event is changed in place",
        "A sample that is changed while it is scored is scored differently when it is retried.",
        "Copy what you change.",
    ),
    "RL110": Entry(
        "its own trainer would call or read it otherwise",
        "The audit and the packaged Lambda pass arguments by name and read more forms of a return than some trainers "
        "do. What this reward's own trainer refuses would end its training run, and a caller by place would mix up a "
        "swapped pair.",
        "Write the signature and the return as the trainer documents them; on AWS, with rewardlab package, they work "
        "as they are.",
    ),
    "RL201": Entry(
        "the reward raises",
        "On the platform an exception fails the invocation; after three retries the training job fails.",
        "Fix the line the evidence names; decide what a response that cannot be parsed deserves, and return that.",
    ),
    "RL202": Entry(
        "the reward runs out of time",
        "Lambda stops the function at its timeout and the whole batch is lost.",
        "Bound what a sample may cost (patterns, solvers, calls), or raise --reward-timeout to your Lambda's own.",
    ),
    "RL203": Entry(
        "the reward kills its process or outgrows its memory",
        "Lambda loses the whole batch and starts cold; after three retries the job fails.",
        "Run generated code in a bounded subprocess, never call os._exit, or raise --reward-memory to your Lambda's.",
    ),
    "RL204": Entry(
        "the reward is slow for its platform",
        "Training waits for the slowest batch: rewards should take under 100 ms a sample without network.",
        "Make it faster, or raise the concurrency limit on both sides.",
    ),
    "RL205": Entry(
        "the payload exceeds the platform's limit",
        "A synchronous Lambda call takes 6 MB each way; a batch above it is refused.",
        "Shorten what each sample carries, or lower the batch size.",
    ),
    "RL206": Entry(
        "the same generation scores differently again",
        "Noise in the reward is noise in the gradient, and a retry changes the score.",
        "Seed or remove what is random, and state kept between calls (a counter, a cache); judges at temperature 0.",
    ),
    "RL207": Entry(
        "a score depends on its neighbours or its place in the batch",
        "Batches are put together differently at every step, so the same answer earns different rewards.",
        "Score each sample from itself alone; keep no state between calls.",
    ),
    "RL208": Entry(
        "made-up answers lack the tokens that the reward reads",
        "A made-up answer is a text that no model wrote: what wrong answers, shortcuts and hostile samples earn could "
        "not be asked, and a pass says nothing of it. TRL hands over tokens; no Lambda is sent any, and fails there.",
        "Measure the text where the reward measures tokens, or split off the part that reads completion_ids and check "
        "the other with --entry.",
    ),
    "RL209": Entry(
        "the reward prints errors",
        "A reward that catches its own exceptions returns the lowest score for an answer that it never compared. The "
        "model looks as if it knew nothing.",
        "Mend what the first lines of reward.log in the run directory name; let the reward raise what it meets there.",
    ),
    "RL210": Entry(
        "the trainer scored the same generations otherwise",
        "The log's scores are of another reward, version or weights than those audited: the verdict is of these.",
        "Audit what the trainer runs, and check that the log belongs to these prompts.",
    ),
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
    "RL601": Entry(
        "baseline accuracy lies below the band",
        "A model that almost never succeeds gives groups with nothing to prefer: AWS's documentation says to consider "
        "SFT first under 5 %.",
        "Fine-tune on examples first (SFT), use easier prompts, or give partial credit; then audit again.",
    ),
    "RL602": Entry(
        "baseline accuracy lies above the band",
        "A model that almost always succeeds has little left to learn: over 95 % RFT may be unnecessary.",
        "Use harder prompts, or a reward that still tells good from better.",
    ),
    "RL603": Entry(
        "the data do not decide",
        "The interval crosses a threshold, so either answer could be wrong.",
        "Sample more prompts; more generations per prompt help less.",
    ),
    "RL604": Entry(
        "the data do not meet the platform's limits",
        "The platform refuses the training set before the job starts.",
        "Bring counts, roles and sizes within the limits.",
    ),
    "RL605": Entry(
        "the run is unfinished",
        "What is there is not what chance would draw: the quick and the short come first. No verdict rests on it.",
        "Resume the run with the command that the report names.",
    ),
    "RL701": Entry(
        "the prompts have flaws",
        "Copies count twice, or one of two is rewarded wrongly; a row without a reference cannot be rewarded rightly.",
        "Delete the copies and fill in the references.",
    ),
    "RL702": Entry(
        "a prompt's generations are the same text",
        "Groups of equal texts teach nothing. At a temperature above 0 the sampler makes them, not the prompts.",
        "Look for one seed for all generations of a prompt, a cache before the server, or top-k 1; then sample again.",
    ),
    "RL703": Entry(
        "texts are empty",
        "Nothing is known of what the model wrote: a call of a tool, a stop string at once, a thought split off.",
        "Find where the text is lost between the model and the run, and sample again.",
    ),
    "RL801": Entry(
        "the recipe does not fit what was measured",
        "Settings that ignore the measured spread waste generations or train on nothing.",
        "Take the settings from rewardlab plan.",
    ),
    "RL901": Entry(
        "the Lambda zip cannot be deployed",
        "A package that is too large, has the wrong architecture or lacks its handler fails at the first invocation.",
        "Build it with rewardlab package.",
    ),
}


def shortened(text: str, most: int = LONGEST) -> str:
    """A text as it may stand in evidence: its beginning and its end, about `most` characters together."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-(most // 2) :]}"


def merge(*kinds: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of several sources, one a code: the most severe, the first of equals. Blockers first, then by code."""
    worst: dict[str, Finding] = {}
    for finding in (one for kind in kinds for one in kind):
        held = worst.get(finding.code)
        if held is None or RANK[finding.severity] < RANK[held.severity]:
            worst[finding.code] = finding
    return tuple(sorted(worst.values(), key=lambda finding: (RANK[finding.severity], finding.code)))
