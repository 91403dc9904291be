from verl.utils.reward_score.math_verify import compute_score
