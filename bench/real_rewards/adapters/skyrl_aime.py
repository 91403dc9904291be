from skyrl_gym.envs.aime.utils import compute_score
