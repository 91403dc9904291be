from eval_protocol.rewards.reasoning_steps import reasoning_steps_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return reasoning_steps_reward(messages=messages, ground_truth=reference).score
