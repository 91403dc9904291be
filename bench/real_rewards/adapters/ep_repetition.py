from eval_protocol.rewards.repetition import repetition_penalty_reward


def score(completion, reference):
    return repetition_penalty_reward(messages=[{"role": "assistant", "content": completion}]).score
