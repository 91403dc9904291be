"""Puts questions to a judge and yields its judgments as they finish; no question is put twice."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from rewardlab.engines import Engine, check_options, count_option
from rewardlab.errors import TooLongError
from rewardlab.judging.definition import Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.judgments import MISSING, PLAIN, TOO_LONG, Judgment, Place
from rewardlab.judging.python import OPTIONS, PythonJudge
from rewardlab.judging.template import messages_of
from rewardlab.judging.verdict import read_verdict, response_format
from rewardlab.outcome import Unscored
from rewardlab.task import Generation, Message, Prompt, Request


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: what is shown, the generation it is about, the variant, and the number of the repeat.

    `index` is the generation (for a pair, the one shown first; `other` is the one shown second); `variant` is "" for
    the plain question; `time` counts repeats from 0.
    """

    exhibit: Exhibit
    prompt_id: str
    index: int
    other: int | None = None
    variant: str = PLAIN
    time: int = 0

    @property
    def place(self) -> Place:
        """The key that identifies a question among those to one judge."""
        return (self.prompt_id, self.index, self.other, self.variant, self.time)


#: Identifies equal questions: a hash of everything that the judge sees, and the number of the repeat.
Content: TypeAlias = tuple[str, int]


class Respondent(Protocol):
    """A judge that can be asked."""

    def content(self, exhibit: Exhibit) -> str | Unscored:
        """A hash of everything that the judge sees of an exhibit; Unscored if it cannot be shown."""

    def answer(self, questions: Mapping[Content, Ask]) -> Iterator[tuple[Content, Judgment]]:
        """Yield each question's judgment as soon as it is ready, in any order.

        Raises: EngineError.
        """


class ModelJudge:
    """A judge that is a model: fills its template, samples its engine and reads the verdict.

    `engine` returns the loaded engine; it is called only when there is a question to put.
    """

    def __init__(self, judge: Judge, engine: Callable[[], Engine]) -> None:
        self._judge, self._engine = judge, engine
        self._sampling = response_format(judge)

    def content(self, exhibit: Exhibit) -> str | Unscored:
        messages = messages_of(self._judge, exhibit)
        return messages if isinstance(messages, Unscored) else _digest(messages)

    def answer(self, questions: Mapping[Content, Ask]) -> Iterator[tuple[Content, Judgment]]:
        """Answer the questions; one that leaves the model no room to answer gets TOO_LONG, and the others go on."""
        requests = self._requests(questions)
        answered: set[Content] = set()
        while requests:
            try:
                for content, judgment in self._sample(requests, questions):
                    answered.add(content)
                    yield content, judgment
            except TooLongError as error:
                place = _place_of(error, requests)
                lost = requests[place]
                for number in lost.indexes:
                    content = (lost.prompt.id, number)
                    yield content, Judgment.not_asked(questions[content].place, TOO_LONG, error.what)
                # The engine checks all prompts before it samples; put those that it has not checked yet first.
                requests = _without(requests[place + 1 :] + requests[:place], answered)
            else:
                return

    def _sample(
        self, requests: Sequence[Request], questions: Mapping[Content, Ask]
    ) -> Iterator[tuple[Content, Judgment]]:
        last = time.monotonic()
        for generation in self._engine().generate(requests, self._sampling):
            now = time.monotonic()
            content = (generation.prompt_id, generation.index)
            yield content, self._judgment(questions[content], generation, now - last)
            last = now

    def _requests(self, questions: Mapping[Content, Ask]) -> list[Request]:
        """One request for all repeats of a content. The hash is the prompt's id, so equal questions get equal seeds."""
        times: dict[str, list[int]] = {}
        shown: dict[str, Exhibit] = {}
        for (digest, number), ask in questions.items():
            times.setdefault(digest, []).append(number)
            shown[digest] = ask.exhibit
        return [
            Request(self._prompt(digest, exhibit), tuple(sorted(times[digest]))) for digest, exhibit in shown.items()
        ]

    def _prompt(self, digest: str, exhibit: Exhibit) -> Prompt:
        messages = messages_of(self._judge, exhibit)
        assert not isinstance(messages, Unscored), "what cannot be shown is not asked"
        return Prompt(digest, messages, None, {}, exhibit.prompt.line)

    def _judgment(self, ask: Ask, generation: Generation, seconds: float) -> Judgment:
        judgment = Judgment.of(
            ask.place, read_verdict(self._judge, generation), text=generation.text, seconds=max(seconds, 0.0)
        )
        tokens = generation.prompt_tokens, generation.completion_tokens
        return replace(judgment, prompt_tokens=tokens[0], completion_tokens=tokens[1])


def _place_of(error: TooLongError, requests: Sequence[Request]) -> int:
    """The place of the request that the error is about.

    Raises: the TooLongError itself when it names none of the requests.
    """
    named = re.match(r"prompt '([0-9a-f]+)'", error.where or "")
    places = [place for place, request in enumerate(requests) if named and request.prompt.id == named[1]]
    if not places:
        raise error
    return places[0]


def _without(requests: Sequence[Request], answered: set[Content]) -> list[Request]:
    """The requests without those parts that have been answered."""
    left = ((one, tuple(at for at in one.indexes if (one.prompt.id, at) not in answered)) for one in requests)
    return [Request(one.prompt, indexes) for one, indexes in left if indexes]


class FunctionJudge:
    """A judge that is the user's Python; `concurrency` in the definition's [engine] is the number of processes."""

    def __init__(self, judge: Judge, function: PythonJudge) -> None:
        self._function = function
        check_options(judge.engine, tuple(OPTIONS), engine="python")
        self._threads = count_option(judge.engine, "concurrency", OPTIONS["concurrency"])

    def content(self, exhibit: Exhibit) -> str | Unscored:
        return _digest((exhibit.prompt.id, exhibit.prompt.digest, exhibit.response, exhibit.other, exhibit.reference))

    def answer(self, questions: Mapping[Content, Ask]) -> Iterator[tuple[Content, Judgment]]:
        with self._function.held():
            if self._threads == 1:
                yield from ((content, self._ask(ask)) for content, ask in questions.items())
                return
            pool = ThreadPoolExecutor(self._threads)
            try:
                asked = {pool.submit(self._ask, ask): content for content, ask in questions.items()}
                yield from ((asked[done], done.result()) for done in as_completed(asked))
            finally:
                pool.shutdown(cancel_futures=True)

    def _ask(self, ask: Ask) -> Judgment:
        begun = time.monotonic()
        verdict = self._function.ask(ask.exhibit)
        return Judgment.of(ask.place, verdict, text=None, seconds=time.monotonic() - begun)


def put(
    respondent: Respondent, asks: Iterable[Ask], held: dict[Place, Judgment]
) -> tuple[int, Iterator[Sequence[Judgment]]]:
    """Put the questions that `held` has no answer to, and identical ones only once.

    Returns the number of judgments to come, and an iterator over them; each tuple has the judgments of all questions
    that share one answer. New judgments are added to `held`.
    """
    by_place = {ask.place: ask for ask in asks}
    pending = [ask for place, ask in by_place.items() if place not in held]
    return len(pending), _answers(respondent, pending, by_place, held) if pending else iter(())


def _answers(
    respondent: Respondent, pending: Sequence[Ask], by_place: Mapping[Place, Ask], held: dict[Place, Judgment]
) -> Iterator[Sequence[Judgment]]:
    alike, unaskable = _alike(respondent, pending)
    if unaskable:
        held.update({judgment.place: judgment for judgment in unaskable})
        yield tuple(unaskable)
    known = _known(respondent, by_place, held, set(alike))
    for content, judgment in known.items():
        yield _serve(judgment, alike.pop(content), held)
    for content, judgment in respondent.answer({content: group[0] for content, group in alike.items()}):
        first, *rest = alike[content]
        held[first.place] = judgment
        yield (judgment, *_serve(judgment, rest, held))


def _serve(judgment: Judgment, asks: Sequence[Ask], held: dict[Place, Judgment]) -> Sequence[Judgment]:
    if judgment.reason == TOO_LONG and judgment.detail is not None:
        served = tuple(Judgment.not_asked(ask.place, TOO_LONG, judgment.detail) for ask in asks)
    else:
        served = tuple(judgment.taken_over(ask.place) for ask in asks)
    held.update({one.place: one for one in served})
    return served


def _alike(respondent: Respondent, asks: Sequence[Ask]) -> tuple[dict[Content, list[Ask]], list[Judgment]]:
    """The questions grouped by content, and judgments on those that cannot be put."""
    alike: dict[Content, list[Ask]] = {}
    unaskable = []
    for ask in asks:
        digest = respondent.content(ask.exhibit)
        if isinstance(digest, Unscored):
            unaskable.append(Judgment.not_asked(ask.place, MISSING, digest.detail))
        else:
            alike.setdefault((digest, ask.time), []).append(ask)
    return alike, unaskable


def _known(
    respondent: Respondent, by_place: Mapping[Place, Ask], held: Mapping[Place, Judgment], wanted: set[Content]
) -> dict[Content, Judgment]:
    """The answers in `held` to questions that are identical to a wanted one."""
    known = {}
    for place, ask in by_place.items():
        if place in held and wanted:
            digest = respondent.content(ask.exhibit)
            if not isinstance(digest, Unscored) and (digest, ask.time) in wanted:
                known[digest, ask.time] = held[place]
    return known


def _digest(content: tuple[Message, ...] | tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:24]
