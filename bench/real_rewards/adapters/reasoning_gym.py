from reasoning_gym import get_score_answer_fn
from reasoning_gym.utils import extract_answer


def reward(completions, answer, metadata, **kwargs):
    return [
        get_score_answer_fn(about["source_dataset"])(
            extract_answer(turns[-1]["content"]), {"answer": right, "metadata": about}
        )
        for turns, right, about in zip(completions, answer, metadata)
    ]
