from trl.rewards import accuracy_reward
