"""The evidence of RL2xx in sentences: how often the reward failed, how long it takes, how its scores vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FAILED = (
    "so it is with {generations:n|generation|generations}, {share:%} of all",
    "{bad_samples:n|made-up answer does|made-up answers do} this: {bad:l}",
    "asked with {event:s} ({samples:n|sample|samples})",
    "{batches_lost:n|batch was|batches were} lost ({how:l}), even if their samples were then scored one by one",
)
SENTENCES: Mapping[str, Sequence[str]] = {
    "RL201": FAILED,
    "RL202": FAILED,
    "RL203": FAILED,
    "RL204": (
        "not asked for lack of time: {not_asked:l}",
        "asked in part: {asked_in_part:d}",
        "a sample takes {seconds_per_sample:t}, a full batch of {batch_size:n} {seconds_per_batch:t}",
        "a sample takes {seconds_per_sample:t}, and all made-up answers had {seconds:t} of the reward's own time",
        (
            "{throttled:n} of {invocations:n|invocation was|invocations were} throttled, "
            "{batches_throttled_after_the_last_retry:n} after the last retry; {retried:n} were repeated after another "
            "failure"
        ),
        (
            "a batch of {measured_batch:n} takes {batch_seconds.p50:t}, 99 % of them at most {batch_seconds.p99:t} "
            "({batch_seconds.invocations:n|invocation|invocations})"
        ),
        "a sample takes {seconds_per_sample:t}",
        (
            "batches of {measured_batch:n} took {warm_seconds.p50:t}, 99 % of them at most {warm_seconds.p99:t} "
            "({warm_seconds.invocations:n|call|calls})"
        ),
        "the first call took {cold_seconds:t}",
        (
            "a sample should take at most {guidance_seconds_per_sample:t}; Lambda ends a call after "
            "{lambda_default_timeout:g} s if nothing else is set, and after {lambda_longest_timeout:g} s at the latest"
        ),
        (
            "a training step of {samples_per_step:n|sample|samples} waits {seconds_of_rewards_per_step:t} for its "
            "rewards, with {concurrency:n|invocation|invocations} at once; {concurrency_for_a_step_within_60_s:n} at "
            "once keep it within a minute"
        ),
        "{samples_per_second:g} samples a second can be scored",
        "{cold_starts:n|start was|starts were} cold, the longest took {cold_start_seconds:t}",
        "it used {peak_memory_mb:n} MB at most",
        "the function's own timeout is {function_timeout:g} s",
    ),
    "RL205": (
        (
            "an event of {batch_size:n} samples has {bytes_without_answers:B} without any answer and "
            "{bytes_with_longest_answers:B} with the longest answers ({answer_bytes:B} each); the limit is "
            "{limit_bytes:B}"
        ),
        (
            "the return for {batch_size:n} samples has {bytes_with_short_answers:B} for short answers and "
            "{bytes_with_longest_answers:B} for the longest ({answer_bytes:B} each); the limit is {limit_bytes:B}"
        ),
        "the longest rows have {longest_rows_bytes:B}",
        "it returns {bytes_per_sample:B} a sample, and {bytes_per_byte_of_answer:2} bytes more for each of an answer",
        "{batches_split:n|batch was|batches were} split: an event of {batch_size:n} samples was too large",
        "{direction:?|}",
    ),
    "RL206": (
        "{share_changed:%} of {rescored:n|generation|generations} scored again got another score",
        "{different:n} of {samples:n|sample|samples} got another score asked again, by up to {largest_difference:g}",
        "{different:n} of {samples:n|sample|samples} got another score asked again",
    ),
    "RL207": ("samples of a batch of {batch:n} got another score {changed_when:l}",),
    "RL208": ("not asked: {not_asked:l}",),
    "RL209": ("it printed {errors:n|error|errors} while it scored {scored:n|answer|answers}: {printed:l}",),
    "RL210": (
        (
            "of {compared:n|generation|generations} that the log scored as {trainer_reward:q}, {differ:n} earn "
            "something else here"
        ),
        "{same_but_for_scale:?the scores are the same but for their scale|}",
    ),
}
