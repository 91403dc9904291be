from math_verify import parse, verify


def score(completion, reference):
    return float(verify(parse("$" + reference + "$"), parse(completion)))
