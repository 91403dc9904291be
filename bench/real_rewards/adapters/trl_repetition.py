from trl.rewards import get_repetition_penalty_reward

repetition = get_repetition_penalty_reward(ngram_size=3, max_penalty=-1.0)
