from eval_protocol.rewards.multiple_choice_math_reward import multiple_choice_math_reward


def score(completion, reference):
    messages = [{"role": "assistant", "content": completion}]
    return multiple_choice_math_reward(
        messages=messages, ground_truth=[{"role": "assistant", "content": reference}]
    ).score
