from eval_protocol.rewards.math import math_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return math_reward(messages=messages, ground_truth=reference).score
