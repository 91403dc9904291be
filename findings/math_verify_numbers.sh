#!/usr/bin/env bash
# math-verify 0.9.0 reads some everyday ways of writing a number as another number, without an error:
#   text          read as        so that
#   1e3           1              an answer of 1e3 is graded equal to 1, and not to 1000
#   1_000         1              likewise
#   $1\,000$      1*0            LaTeX's thin space, the usual mark of thousands, becomes a product
#   $1 1/2$       1              the fraction of a mixed number is dropped, though $1\frac12$ is read as 3/2
#   $\{1,2\}$     equals (1,2)   a set of two numbers is graded equal to the open interval between them
# Seen on Python 3.11. Fails if any of it changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    'math-verify==0.9.0' 'latex2sympy2_extended==1.11.0' 'antlr4-python3-runtime==4.13.2'
"$folder/venv/bin/python" - <<'PY'
from math_verify import parse, verify

EQUAL = [("1e3", "1"), ("1_000", "1"), ("$1 1/2$", "$1$"), (r"$\{1,2\}$", "$(1,2)$")]
UNEQUAL = [("1e3", "1000"), ("1_000", "1000"), (r"$1\,000$", "$1000$"), (r"$1\frac12$", "$1$")]
for answer, gold in EQUAL + UNEQUAL:
    said = verify(parse(gold), parse(answer))
    print(f"{answer:12} read as {parse(answer)!s:32} equal to {gold}: {said}")
    assert said == ((answer, gold) in EQUAL), (answer, gold)
PY
