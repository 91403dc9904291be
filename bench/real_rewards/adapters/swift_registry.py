from swift.rewards import orms

accuracy = orms["accuracy"]()
form = orms["format"]()
reward_funcs = [accuracy, form]
