"""Does a right answer in the reasoning save a wrong final one?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.probes.reward.trials.survey import survey_of
from rewardlab.probes.reward.trials.trial import SHOWN, Trial, capped, evidence_of, run, severity_of, share, worst

MENTIONED = "the right answer is mentioned, then another one given"
GIVEN_FIRST = "the right answer is given, taken back, and another one given"
GIVEN_LAST = "another answer is given, taken back, and the right one given"

LISTED = (
    'Read the last answer only (here "{form}"), and nothing before it: as it is, a response that lists candidates on '
    "its way is paid for the right one among them."
)
FIRST = (
    'It reads the first answer (here "{form}"), and a model means its last: one that corrects itself loses, one that '
    "spoils a right answer wins. Read the last one."
)


def ask(subject: Subject) -> Iterator[Finding]:
    """RL408 if a response that ends with a wrong answer succeeds, on prompts where that wrong answer alone fails."""
    survey = survey_of(subject)
    fair = [gold for gold in survey.sound if not survey.succeeds(gold, gold.wrong_outcome)]
    by_name: dict[str, list[tuple[Trial, Outcome]]] = defaultdict(list)
    for trial, outcome in run(subject, [trial for gold in fair for trial in _trials(gold)]):
        by_name[trial.name].append((trial, outcome))
    last = by_name.pop(GIVEN_LAST, [])
    reads_first = bool(last) and not any(survey.succeeds(trial.gold, outcome) for trial, outcome in last)
    ways = []
    severities = []
    for name, tried in by_name.items():
        hits = [survey.succeeds(trial.gold, outcome) for trial, outcome in tried]
        if any(hits):
            found = share(hits)
            # Who reads the first answer pays nobody for listing several: it is a habit to know of, and no way to win.
            is_mild = all(gold.kind == "text" for gold in fair) or (reads_first and name == GIVEN_FIRST)
            severities.append(capped(severity_of(found), "warning") if is_mild else severity_of(found))
            cases = [trial.shown(outcome) for (trial, outcome), hit in zip(tried, hits, strict=True) if hit]
            ways.append({"response": name} | evidence_of(found) | {"cases": cases[:SHOWN]})
    if ways:
        form = fair[0].form.name
        names = [way["response"] for way in ways]
        remedy = FIRST if reads_first and names == [GIVEN_FIRST] else LISTED
        yield Finding("RL408", worst(severities), {"ways": ways}, remedy.format(form=form))


def _trials(gold: Gold) -> Iterator[Trial]:
    """Trials for one prompt; none if texts are graded as a whole, for then there is no final answer."""
    if gold.wrong is None or (gold.kind == "text" and not gold.form.before):
        return
    form = gold.form
    final = form.final(gold.wrong)
    mentioned = f"{form.lead}At first I thought of {gold.text}, but on checking that does not hold.\n\n{final}"
    yield Trial(MENTIONED, gold.prompt, mentioned, gold)
    taken_back = (
        f"{form.lead}{form.final(gold.text)}\n\nNo, on checking that does not hold. I change my answer.\n\n{final}"
    )
    yield Trial(GIVEN_FIRST, gold.prompt, taken_back, gold)
    corrected = (
        f"{form.lead}{final}\n\nNo, on checking that does not hold. I change my answer.\n\n{form.final(gold.text)}"
    )
    yield Trial(GIVEN_LAST, gold.prompt, corrected, gold)
