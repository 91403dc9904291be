from eval_protocol.rewards.accuracy import accuracy_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return accuracy_reward(messages=messages, ground_truth=[{"role": "assistant", "content": reference}]).score
