from eval_protocol.rewards.format import format_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return format_reward(messages=messages, ground_truth=reference).score
