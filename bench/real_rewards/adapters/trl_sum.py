from trl.rewards import accuracy_reward, get_soft_overlong_punishment, think_format_reward

reward_funcs = [accuracy_reward, think_format_reward, get_soft_overlong_punishment(120, 60)]
reward_weights = [1.0, 0.2, 0.1]
