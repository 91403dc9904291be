from verl.utils.reward_score.geo3k import compute_score
