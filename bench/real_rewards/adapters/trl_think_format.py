from trl.rewards import think_format_reward
