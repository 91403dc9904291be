from verl.utils.reward_score.prime_math import compute_score
