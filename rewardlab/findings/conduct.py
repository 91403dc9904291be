"""RL2xx: the reward fails, hangs, varies or depends on what it should not."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
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
        "Run generated code in a bounded subprocess, never call os._exit, or raise --reward-memory to what your Lambda "
        "will have.",
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
        "Seed or remove what is random, and state kept between calls (a counter, a cache); set a judge's temperature "
        "to 0.",
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
        "Read the first lines of reward.log in the run directory and mend what they name; let the reward raise what it "
        "did not expect.",
    ),
    "RL210": Entry(
        "the trainer scored the same generations otherwise",
        "The log's scores come from another reward, another version or other weights than those audited here, and the "
        "verdict is about the latter.",
        "Audit what the trainer runs, and check that the log belongs to these prompts.",
    ),
}
