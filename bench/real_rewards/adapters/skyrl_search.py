from skyrl_gym.envs.search.utils import compute_score
