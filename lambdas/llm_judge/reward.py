"""An LLM judge: a model on Amazon Bedrock grades the response by the row's criteria, 1 to 5; the score is 0 to 1.

Criteria are the row's column `criteria` (a text or a list); without it, agreement with the reference answer.
rubric.txt, rewardlab's judge `rubric`, travels beside this file. Settings are environment variables: JUDGE_MODEL, a
model id or an inference profile; AWS_REGION, else AWS_DEFAULT_REGION: Lambda sets both.
"""

# /// script
# [tool.rewardlab]
# include = ["rubric.txt"]
# ///

import hashlib
import json
import os
import re
from functools import cache
from pathlib import Path

try:
    import boto3
    from botocore.config import Config
except ImportError as error:
    raise ImportError("boto3 is missing: Lambda's runtime has it; elsewhere pip install boto3") from error

MODEL = os.environ.get("JUDGE_MODEL", "amazon.nova-pro-v1:0")
RUBRIC = Path(__file__).with_name("rubric.txt").read_text(encoding="utf-8")
GRADES = ("1", "2", "3", "4", "5")
ANSWER = (
    "Answer with one JSON object and nothing else: "
    '{"reason": "<two sentences at most>", "verdict": "<label>"}. The verdict is one of: 1, 2, 3, 4, 5.'
)
#: Temperature 0: one response should get one grade.
INFERENCE = {"temperature": 0.0, "maxTokens": 512}
#: How often a verdict that cannot be read is asked for. Throttling and lost connections are botocore's to repeat.
ATTEMPTS = 3
NETWORK = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=5, read_timeout=60)
#: A longer response is refused: cutting it would grade what the model did not write.
LONGEST = 100_000


class VerdictError(Exception):
    """The judge gave no verdict that can be read. A failure is not a score."""


def judge(prompt, completion, answer, criteria=None):
    """The grade as 0, 0.25, 0.5, 0.75 or 1; an empty response is 0 without being asked about.

    Raises: ValueError for a row without criteria and reference, or a response too long; VerdictError; botocore's own.
    """
    wanted = criteria_of(criteria, answer)
    response = after_thoughts(text_of(completion))
    if not re.search(r"\w", response):
        return 0.0
    if len(response) > LONGEST:
        raise ValueError(f"the response has {len(response):,} characters; at most {LONGEST:,} are judged")
    grade = graded(filled(wanted, question_of(prompt), response))
    return (int(grade) - 1) / (len(GRADES) - 1)


def graded(text):
    """The grade that the model gives.

    Raises: VerdictError, with what the model said last.
    """
    said = ""
    for _ in range(ATTEMPTS):
        reply = client().converse(
            modelId=MODEL, messages=[{"role": "user", "content": [{"text": text}]}], inferenceConfig=INFERENCE
        )
        said = "".join(part.get("text", "") for part in reply["output"]["message"]["content"])
        grade = verdict_of(said) if reply["stopReason"] == "end_turn" else None
        if grade is not None:
            return grade
        said = f"{reply['stopReason']}: {said}"
    raise VerdictError(f"no verdict from {MODEL} in {ATTEMPTS} attempts; it last said {said[:200]!r}")


def verdict_of(said):
    """The grade in the model's answer: one JSON object and nothing else, a code fence aside; None for all others."""
    inner = re.fullmatch(r"\s*(?:```(?:json)?\s*)?(\{.*\})\s*(?:```)?\s*", said, re.DOTALL)
    try:
        value = json.loads(inner[1]) if inner else None
    except (ValueError, RecursionError):
        return None
    verdict = value.get("verdict") if isinstance(value, dict) else None
    text = str(verdict) if isinstance(verdict, (str, int)) and not isinstance(verdict, bool) else ""
    return text if text in GRADES else None


def filled(criteria, question, response):
    """The prompt: the rubric with its fields filled in one pass, so that no text can bring a field of its own."""
    # No response can close a mark that is made from the response itself.
    mark = f"response_{hashlib.sha256(response.encode(errors='replace')).hexdigest()[:12]}"
    texts = {
        "criteria": criteria,
        "question": question,
        "response": f"<{mark}>\n{response}\n</{mark}>",
        "answer": ANSWER,
    }
    return re.sub(r"\{(criteria|question|response|answer)\}", lambda field: texts[field[1]], RUBRIC)


def criteria_of(criteria, answer):
    """The criteria as numbered lines."""
    given = criteria if isinstance(criteria, list) else [criteria]
    lines = [str(one).strip() for one in given if one is not None and str(one).strip()]
    reference = answer if isinstance(answer, str) else json.dumps(answer) if answer else ""
    if not lines and not reference.strip():
        raise ValueError("the row has neither criteria nor a reference answer: there is nothing to judge by")
    lines = lines or [f"Says in substance what this reference answer says: {reference}"]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def question_of(prompt):
    """What was asked: the prompt's text, or its turns less the system's."""
    if isinstance(prompt, str):
        return prompt
    return "\n\n".join(text_of([turn]) for turn in prompt if turn.get("role") != "system")


def text_of(completion):
    """The text of a completion: itself, or its last message's, whose content is a text or a list of parts."""
    content = completion if isinstance(completion, str) else completion[-1].get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def after_thoughts(text):
    """What follows the last closed thought; nothing when a thought was opened and never closed."""
    rest = text.rpartition("</think>")[2]
    return "" if "<think>" in rest else rest


@cache
def client():
    """Made at the first call: importing this file needs no credentials."""
    # Of AWS's SDKs boto3 alone does not read AWS_REGION.
    return boto3.client("bedrock-runtime", region_name=os.environ.get("AWS_REGION"), config=NETWORK)
