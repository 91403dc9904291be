from verl.utils.reward_score.math_reward import compute_score
