from types import SimpleNamespace

from swift.rewards.orm import RepetitionPenalty

reward = RepetitionPenalty(SimpleNamespace(repetition_n_grams=3, repetition_max_penalty=-1.0))
