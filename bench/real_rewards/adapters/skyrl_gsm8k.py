from skyrl_gym.envs.gsm8k.utils import compute_score
