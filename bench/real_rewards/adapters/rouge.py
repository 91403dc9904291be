from rouge_score.rouge_scorer import RougeScorer

scorer = RougeScorer(["rougeL"])


def score(completion, reference):
    return scorer.score(reference, completion)["rougeL"].fmeasure
