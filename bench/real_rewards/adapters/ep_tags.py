from eval_protocol.rewards.tag_count import tag_count_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return tag_count_reward(messages=messages, required_tags=["think", "answer"], score_per_tag=0.5).score
