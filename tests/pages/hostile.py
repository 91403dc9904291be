"""A task whose every text is hostile: each marker would set window.fired if a page took it for markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import rewardlab

#: Texts that would run if a page took them for markup: each would set window.fired.
MARKERS = (
    "<script>window.fired=1</script>",
    "<img src=x onerror=window.fired=1>",
    "<svg onload=window.fired=1></svg>",
    "</script><script>window.fired=1</script>",
    "\"><b onmouseover='window.fired=1'>bold</b>",
    "<a href='javascript:window.fired=1'>a link</a>",
    "<iframe srcdoc='<script>parent.fired=1</script>'></iframe>",
    "<!-- <style>body{display:none}</style> -->",
    "]]>${window.fired=1}{{window.fired=1}}&lt;b&gt;",
)
#: Characters that would change what a reader sees: a reversed text, a bell, an escape sequence, a line separator.
UNSEEN = "abc\u202egnp.exe \x07\x1b[31m red \u2028 next"
REWARD = """
def lambda_handler(event, context):
    return [one(sample) for sample in event]

def one(sample):
    text, reference = sample["messages"][-1]["content"], sample["reference_answer"]
    if "boom" in text:
        raise ValueError("<img src=x onerror=window.fired=1> boom")
    right = float(text.split()[-1:] == [reference])
    paid = 1.0 if "surely" in text else right
    parts = [{"name": "<b>right</b>", "value": right, "type": "Metric"}]
    return {"id": sample["id"], "aggregate_reward_score": paid, "metrics_list": parts}
"""
JUDGES = {
    "strict": "def judge(response, reference): return 'yes' if response.split()[-1:] == [reference] else 'no'",
    "kind": "def judge(response, reference): return 'yes' if len(response) % 3 else 'no'",
}


def rows_of(prompts: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Prompts and recorded generations, with hostile texts among them."""
    asked, given = [], []
    for number in range(prompts):
        identifier = MARKERS[number] if number < len(MARKERS) else f"p {number}: a/b"
        marker, reference = MARKERS[number % len(MARKERS)], str(number + 20)
        messages = [{"role": "user", "content": f"{number}+20 {marker}"}]
        asked.append({"id": identifier, "messages": messages, "reference_answer": reference})
        other = "boom" if number % 7 == 3 else UNSEEN
        texts = [
            reference,
            f"{marker} {reference}",
            f"surely {number + 21}",
            f"it is {number + 21}",
            f"{other} {number}",
        ]
        if number % 12 == 11:
            texts = [reference] * 5  # a flat group
        given += [
            {"prompt_id": identifier, "index": index, "text": text, "finish_reason": "stop"}
            for index, text in enumerate(texts)
        ]
    given[4]["text"] = "one line of a megabyte " + "x" * 1_000_000 + " 99999"
    return asked, given


def audited(folder: Path, prompts: int, *judges: str, **options: Any) -> rewardlab.Report:
    """Audit recorded generations of that many prompts, into the folder's `run`."""
    asked, given = rows_of(prompts)
    for name, rows in (("prompts", asked), ("generations", given)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "reward.py").write_text(REWARD)
    for name in judges:
        (folder / f"{name}.py").write_text(JUDGES[name])
        (folder / f"{name}.toml").write_text(f'kind = "boolean"\nmodel = "python:{name}.py:judge"\n')
    return rewardlab.audit(
        folder / "reward.py",
        folder / "prompts.jsonl",
        model=f"recorded:{folder / 'generations.jsonl'}",
        num_generations=5,
        judge=[str(folder / f"{name}.toml") for name in judges],
        out=str(folder / "run"),
        **options,
    )
