from reasoning_gym.utils import compute_decimal_reward, extract_answer


def score(completion, reference):
    return compute_decimal_reward(extract_answer(completion), reference)
