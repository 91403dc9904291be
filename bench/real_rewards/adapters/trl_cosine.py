from trl.rewards import get_cosine_scaled_reward

cosine = get_cosine_scaled_reward(max_len=200)
