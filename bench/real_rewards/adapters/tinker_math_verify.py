from tinker_cookbook.recipes.math_rl.math_grading import extract_boxed, grade_answer_math_verify


def score(completion, reference):
    try:
        return float(grade_answer_math_verify(extract_boxed(completion), reference))
    except ValueError:  # no box in the text
        return 0.0
