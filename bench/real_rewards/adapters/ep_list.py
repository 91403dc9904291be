from eval_protocol.rewards.list_comparison_math_reward import list_comparison_math_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return list_comparison_math_reward(messages=messages, ground_truth=reference).score
