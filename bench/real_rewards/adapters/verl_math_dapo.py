from verl.utils.reward_score.math_dapo import compute_score
