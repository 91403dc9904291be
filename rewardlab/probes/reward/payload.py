"""Do the event and the return of a full batch fit into the platform's payload, with the longest answers too?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from rewardlab.findings import Finding
from rewardlab.platforms import Platform
from rewardlab.probes.reward.trials.ordinary import ordinary_cases, right_text
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.rewards.events.event import sample_parts
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.task import Prompt

#: The longest response of each platform's recipes in tokens (max_new_tokens, inferenceMaxTokens); elsewhere the longest
#: of them.
RESPONSE_TOKENS: Mapping[str, int] = {"smtj": 6000, "hyperpod": 8192, "bedrock": 2048}
LONGEST_TOKENS = 8192
#: Of English text; texts in other scripts take more.
BYTES_PER_TOKEN = 4
LONG_WORDS = 2500
SAMPLES = 4
MEGABYTE = 1 << 20
#: The largest batch that is built, in multiples of the platform's limit: more would tell nothing and take gigabytes.
MOST_PAYLOADS = 5


def ask(subject: Subject) -> Iterator[Finding]:
    """RL205 for the event and for the return: a blocker where short answers exceed the limit, else a warning."""
    tokens = RESPONSE_TOKENS.get(subject.platform.name, LONGEST_TOKENS)
    yield from _event(subject, tokens * BYTES_PER_TOKEN)
    yield from _return(subject, tokens * BYTES_PER_TOKEN)


def is_sendable(prompt: Prompt, platform: Platform) -> bool:
    """Whether a batch of this row is small enough to build; RL205 tells of what exceeds the platform's limit."""
    return _size(prompt, platform) * platform.batch_size <= MOST_PAYLOADS * platform.payload_mb * MEGABYTE


def _size(prompt: Prompt, platform: Platform) -> int:
    """Characters of a sample of this row without its answer; worked out once for a shape."""
    shape, size = prompt.known.get("payload", (None, 0))
    if shape != platform.shape:
        size = sum(map(len, sample_parts(prompt, platform)))
        prompt.known["payload"] = platform.shape, size
    return int(size)


def _event(subject: Subject, longest: int) -> Iterator[Finding]:
    """RL205 for an event with the longest rows of the file, together with their groups."""
    platform = subject.platform
    limit, size = platform.payload_mb * MEGABYTE, platform.batch_size
    sizes = sorted((_size(prompt, platform) for prompt in subject.every_prompt), reverse=True)
    if not sizes:
        return
    groups = math.ceil(size / platform.recipe_group_size)
    rows = sizes[:groups]
    largest = size * sum(rows) // len(rows)
    typical = size * sum(sizes) // len(sizes)
    if largest + size * longest > limit:
        evidence = {
            "direction": "event",
            "limit_bytes": limit,
            "batch_size": size,
            "longest_rows_bytes": rows[:3],
            "bytes_without_answers": largest,
            "bytes_with_longest_answers": largest + size * longest,
            "answer_bytes": longest,
        }
        ways = ["Shorten the longest rows (their columns travel with every sample)"]
        if (room := (limit // size - largest // size) // BYTES_PER_TOKEN) > 0:
            ways.append(f"keep responses under {room:,} tokens")
        if (fitting := limit // (largest // size + longest)) > 0:
            ways.append(f"lower the batch size to {fitting}")
        remedy = ", or ".join(ways) + "."
        yield Finding("RL205", "blocker" if typical > limit else "warning", evidence, remedy)


def _return(subject: Subject, longest: int) -> Iterator[Finding]:
    platform = subject.platform
    limit, size = platform.payload_mb * MEGABYTE, platform.batch_size
    count = min(SAMPLES, size)
    short = _bytes_per_sample(subject, ordinary_cases(subject, count))
    text = "so the sum is that " * (LONG_WORDS // 5)
    prompts = [subject.prompts[number % len(subject.prompts)] for number in range(count)]
    long = _bytes_per_sample(subject, [Case(prompt, f"{text}{right_text(prompt)}") for prompt in prompts])
    if short is None or long is None:
        return
    growth = max(long - short, 0.0) / len(text)
    at_longest = size * (short + growth * longest)
    if at_longest > limit:
        evidence = {
            "direction": "return",
            "limit_bytes": limit,
            "batch_size": size,
            "bytes_per_sample": short,
            "bytes_per_byte_of_answer": growth,
            "bytes_with_short_answers": size * short,
            "bytes_with_longest_answers": at_longest,
            "answer_bytes": longest,
        }
        remedy = "Return the id, the score and a few metrics; log the rest (print goes to CloudWatch)."
        yield Finding("RL205", "blocker" if size * short > limit else "warning", evidence, remedy)


def _bytes_per_sample(subject: Subject, cases: list[Case]) -> float | None:
    """The bytes of the return per sample; None if there is no return."""
    reply = subject.invoke(subject.samples(cases))
    return len(json.dumps(reply.results).encode()) / len(cases) if isinstance(reply, Answer) else None
