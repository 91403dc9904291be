from verl.utils.reward_score.gsm8k import compute_score
