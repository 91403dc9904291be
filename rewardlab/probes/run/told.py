"""Finds right answers by their texts where no score tells, because the reward pays as much for something else."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter

import numpy as np

from rewardlab.probes.run.baseline import LEAST_ROWS, heard_right, outweighed
from rewardlab.probes.run.order import in_order
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.overlap import FEW
from rewardlab.stats.spread import SAME_SCORE

#: The share of scored generations that may earn what right ones do without a readable text.
DOUBTFUL = 0.02
#: A prompt pays nothing for being right if that earns less than this share of what it earns on average.
LITTLE = 0.25


def right_by_texts(question: Question) -> Bools | None:
    """Every generation that is right by its text, where other answers succeed by score; None where texts do not settle.

    They do where
    - some right answers earn more than nearly every wrong one (else wrong answers are paid in full: RL407 tells);
    - hardly a wrong answer earns clearly more than a right one to the same prompt;
    - hardly a prompt pays nothing for being right;
    - hardly a generation is unread that earns what right ones do. One that earns more than wrong ones do is right.

    A sum of 1 for being right and 1 for the form is such a reward: a right answer without the form earns what a wrong
    one with it does, and both signals train.
    """
    heard = heard_right(question)
    if heard is None or outweighed(question) is None or not in_order(question) or not _pays_everywhere(question):
        return None
    score = question.answers.score
    known = np.where(np.isfinite(score), score, -np.inf)
    rows, columns = ([place(one) for one in question.reads] for place in (attrgetter("row"), attrgetter("column")))
    most = float(np.quantile(known[rows, columns][~heard], 1 - FEW, method="higher"))
    least = float(np.quantile(known[rows, columns][heard], FEW, method="lower"))
    best = float(np.quantile(known[rows, columns][~heard], 1 - DOUBTFUL, method="higher"))
    if np.mean(known[rows, columns][heard] > best + SAME_SCORE) < FEW:
        return None
    told = np.asarray(known > most + SAME_SCORE)
    doubtful = ~told & (known >= least - SAME_SCORE)
    told[rows, columns], doubtful[rows, columns] = heard, False
    return None if doubtful.sum() > DOUBTFUL * np.isfinite(score).sum() else told


def _pays_everywhere(question: Question) -> bool:
    """Whether hardly any prompt has right answers that earn about what its wrong ones do, on average.

    A reward that can read some references alone, and pays the form besides, has many such prompts.
    """
    score, sides = question.answers.score, defaultdict[int, tuple[list[float], list[float]]](lambda: ([], []))
    for one in question.reads:
        sides[one.row][one.side == "wrong"].append(float(score[one.row, one.column]))
    gained = [
        np.mean(rights) - np.mean(wrongs) for rights, wrongs in sides.values() if min(len(rights), len(wrongs)) > 1
    ]
    return len(gained) >= LEAST_ROWS and float(np.mean(np.array(gained) < LITTLE * np.mean(gained))) <= FEW
