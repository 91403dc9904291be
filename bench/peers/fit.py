"""Which rewards of the bank a peer can take, and which faults can show in what it takes."""

from __future__ import annotations

import ast

from fixtures.rewards.bank import Reward

NAMED = {"lambda_handler": "lambda", "compute_score": "verl", "grade": "openai"}
NOVA_TRAINING = {"smtj", "hyperpod", "bedrock", "serverless"}

DATA = "the fault is in the model's responses as a whole, which it does not take"
BATCH = "the fault shows in a batch, and it calls for one completion at a time"
SHAPE = "the fault is in what surrounds the score (ids, metrics, the event), and it takes the score alone"
REFERENCE = "the fault shows with an unreadable reference in the batch, and it calls for one completion at a time"
EMPTY = "the fault shows on an empty response, which its check of the samples refuses"
ROLE = "the fault shows on the role nova_assistant, which its check of the samples refuses"

#: Faults that no function of one completion and its reference can show, whatever the peer does with it.
BEHIND_A_FUNCTION = {
    "RL102": SHAPE,
    "RL106": SHAPE,
    "RL109": SHAPE,
    "RL205": BATCH,
    "RL207": BATCH,
    "RL108": REFERENCE,
    "RL302": DATA,
    "RL303": DATA,
    "RL304": DATA,
    "RL409": DATA,
}
#: Rewards that are unlike others of their code.
SEEN_ANYHOW = {
    "drops_unanswered": "the result is missing, so there is no score to take",
    "running_baseline": "it keeps a state between calls",
}
HIDDEN_ANYHOW = {
    "metadata_only": SHAPE,
    "no_nova_assistant": SHAPE,
    "dead_component": SHAPE,
    "always_safe": SHAPE,
}


def form_of(reward: Reward) -> tuple[str, str]:
    """The reward's form (lambda, verl, openai, trl, verifiers, plain) and the function to call, without running it.

    Raises: ValueError when the file defines none.
    """
    tree = ast.parse(reward.file.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {node.name: {argument.arg for argument in node.args.args} for node in functions}
    for name, form in NAMED.items():
        if name in found:
            return form, name
    for name, arguments in found.items():
        if "completions" in arguments:
            return "trl", name
        if {"completion", "answer"} <= arguments:
            return "verifiers", name
    if "score" in found:
        return "plain", "score"
    raise ValueError(f"{reward.path}: no reward function")


def why_not(peer: str, reward: Reward) -> str:
    """Why `peer` cannot take `reward`, or cannot be shown its fault; empty where it can."""
    return _nova(reward) if peer == "nova_forge" else _function(reward)


def _nova(reward: Reward) -> str:
    if form_of(reward)[0] != "lambda":
        return "takes a file with a lambda_handler only"
    if reward.platform not in NOVA_TRAINING:
        return f"takes the events of Nova's training only, not those of {reward.platform}"
    return {"nan_when_no_words": EMPTY, "exits_on_corrupt_rows": EMPTY, "no_nova_assistant": ROLE}.get(reward.name, "")


def _function(reward: Reward) -> str:
    if reward.name in SEEN_ANYHOW:
        return ""
    return HIDDEN_ANYHOW.get(reward.name) or BEHIND_A_FUNCTION.get(reward.code or "", "")
