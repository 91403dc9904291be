from types import SimpleNamespace

from swift.rewards.orm import CosineReward

SETTINGS = SimpleNamespace(
    cosine_min_len_value_wrong=-0.5,
    cosine_max_len_value_wrong=0.0,
    cosine_min_len_value_correct=1.0,
    cosine_max_len_value_correct=0.5,
    cosine_max_len=200,
)
_scored = CosineReward(SETTINGS)


def cosine(completions, solution, completion_ids, **kwargs):
    return _scored(completions, solution, response_token_ids=completion_ids)
