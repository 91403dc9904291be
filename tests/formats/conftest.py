"""One report of each kind whose every outside text is hostile, and readers of what is written of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rewardlab.cli import main
from rewardlab.formats.agreement import AGREE_FORMATS
from rewardlab.formats.audit import FORMATS
from rewardlab.formats.check import CHECK_FORMATS
from rewardlab.formats.comparison import COMPARE_FORMATS
from rewardlab.formats.history import HISTORY_FORMATS
from rewardlab.formats.packaging import PACKAGE_FORMATS
from rewardlab.formats.proof import PROOF_FORMATS
from rewardlab.formats.verification import VERIFY_FORMATS
from rewardlab.reports.agreement import AgreementReport
from rewardlab.reports.audit import Report
from rewardlab.reports.check import Checks
from rewardlab.reports.comparison import CompareReport
from rewardlab.reports.history import HistoryReport
from rewardlab.reports.packaging import PackageReport
from rewardlab.reports.proof import ProofReport
from rewardlab.reports.verification import VerifyReport
from tests.test_visible import CHARACTERS

#: What a reader of a format would take for markup, a link, a mention or a reference.
MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(1)></details></summary><!-- ]]> @octocat @org/team #123 !45 "
    "GH-7 http://evil.example/a www.evil.example user@evil.example [click](http://evil.example) "
    "![i](http://evil.example/i.png) [1]: http://evil.example ``` `code` | a | **bold** __bold__ ~~gone~~ $x$ &lt;b&gt;"
    " :tada: deadbeefcafe1234 {0} {{x}} \\[a](b) [^1] <http://evil.example> xmpp:a@evil.example [red]"
)
HOSTILE = "".join(CHARACTERS.values()) + MARKUP
TABLES: Mapping[str, tuple[Any, Any]] = {
    "audit": (Report, FORMATS),
    "check": (Checks, CHECK_FORMATS),
    "agree": (AgreementReport, AGREE_FORMATS),
    "package": (PackageReport, PACKAGE_FORMATS),
    "prove": (ProofReport, PROOF_FORMATS),
    "compare": (CompareReport, COMPARE_FORMATS),
    "verify": (VerifyReport, VERIFY_FORMATS),
    "history": (HistoryReport, HISTORY_FORMATS),
}

REWARD = f"""
MARK = {HOSTILE!r}
def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    if solution_str.startswith("2"):
        raise ValueError("no" + MARK)
    return {{"score": float(solution_str == ground_truth or not solution_str.strip()), "form" + MARK: 1.0}}
"""


def audited(folder: Path, *arguments: object) -> str:
    """The JSON report of an audit or a check of a hostile task."""
    ids = [f"p{number}{HOSTILE}" for number in range(12)]
    prompts = [
        {"id": name, "messages": [{"role": "user", "content": f"q{HOSTILE}"}], "reference_answer": f"1{HOSTILE}"}
        for name in ids
    ]
    rows = [
        {"prompt_id": name, "index": index, "text": f"{index}{HOSTILE}", "finish_reason": "stop"}
        for name in ids
        for index in range(3)
    ]
    for name, lines in (("prompts.jsonl", prompts), ("recorded.jsonl", rows)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "reward.py").write_text(REWARD)
    (folder / "judge.py").write_text(f"def judge(response):\n    raise ValueError({HOSTILE!r})\n")
    name = HOSTILE.translate(str.maketrans("", "", '"\\'))
    (folder / "judge.toml").write_text(
        f'name = {json.dumps(name)}\nkind = "boolean"\nmodel = "python:judge.py:judge"\n', encoding="utf-8"
    )
    out = folder / "report.json"
    code = main([str(arguments[0]), str(folder / "reward.py"), str(folder / "prompts.jsonl"), *map(str, arguments[1:]),
                 "--output", str(out)])  # fmt: skip
    assert code in {0, 1, 4}
    return out.read_text(encoding="utf-8")


def agreed(folder: Path) -> str:
    quoted = HOSTILE.replace('"', '""')
    lines = ["unit,topic,ann1,ann2"]
    said = [f'"yes{quoted}"', "no"]
    lines += [
        f'"u{number}{quoted}","t{number % 2}{quoted}",{said[number % 2]},{said[number % 3 % 2]}' for number in range(30)
    ]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = folder / "report.json"
    assert main(["agree", str(folder / "ratings.csv"), "--by", "topic", "--output", str(out)]) in {0, 1, 4}
    return out.read_text(encoding="utf-8")


PACKAGED = {
    "schema": "rewardlab.packaging/1",
    "verdict": "refused",
    "reward": f"r{HOSTILE}.py",
    "entry": HOSTILE,
    "kind": "verl",
    "platform": "smtj",
    "python": "3.12",
    "architecture": "x86_64",
    "path": None,
    "sha256": None,
    "size": None,
    "layer": None,
    "unpacked_size": 300_000_000,
    "contributors": [{"name": f"{number}{HOSTILE}", "bytes": 10 ** (9 - number)} for number in range(7)],
    "requirements": [HOSTILE],
    "audit": None,
    "findings": [
        {
            "code": "RL901",
            "severity": "blocker",
            "title": "the Lambda zip cannot be deployed",
            "evidence": {"too_large": HOSTILE, HOSTILE: [HOSTILE]},
            "remedy": HOSTILE,
        }
    ],
}
PROVED = {
    "schema": "rewardlab.proof/1",
    "verdict": "differs",
    "package": {
        "path": f"r{HOSTILE}.zip",
        "sha256": "0" * 64,
        "platform": "smtj",
        "reward": HOSTILE,
        "entry": HOSTILE,
        "kind": "verl",
        "source_sha256": "1" * 64,
        "python": "3.12",
        "architecture": "x86_64",
    },
    "configuration": {"timeout_s": 60.0, "memory_mb": 512, "environment": [HOSTILE]},
    "source": HOSTILE,
    "scores": {
        "source": "run", "samples": 9, "equal": 7, "close": 0, "both_unscored": 0, "different": 1, "not_asked": 1,
        "repeated": 0, "noisy": 0, "audit_noisy": 0,
    },
    "differences": [{"prompt_id": HOSTILE, "index": 0, "audit": 1.0, "function": None, "detail": HOSTILE}],
    "failures": [{"type": HOSTILE, "count": 2, "message": HOSTILE, "samples": 8, "log_tail": f"{HOSTILE}\n{HOSTILE}"}],
    "cold": {"processes": 1, "init_s": [0.5], "first_s": [0.1], "init_timeouts": 0},
    "warm": None,
    "peak_memory_mb": 100.0,
    "cpu_share": 0.5,
    "recommended": {"timeout_s": 3, "memory_mb": 512, "vcpu": 0.3, "slowdown": 3.0, "fits": False},
    "isolated": True,
    "notices": [HOSTILE],
    "versions": {"awslambdaric": HOSTILE},
}  # fmt: skip


SHARE = {"estimate": 0.5, "low": 0.4, "high": 0.6, "level": 0.95, "method": HOSTILE, "units": 9}
FOLLOWED = {
    "schema": "rewardlab.history/1",
    "folder": HOSTILE,
    "runs": [
        {
            "run": HOSTILE, "created": HOSTILE, "model": HOSTILE, "reward": HOSTILE, "reward_sha256": "0" * 64,
            "verdict": verdict, "prompts": 9, "accuracy": SHARE, "informative": SHARE, "alpha": alpha,
            "blockers": [HOSTILE],
        }
        for verdict, alpha in (("no_go", None), ("inconclusive", SHARE))
    ],
    "skipped": [{"run": HOSTILE, "why": HOSTILE}],
    "version": "0.1.0",
}  # fmt: skip


SIDE = {
    "run": HOSTILE, "model": HOSTILE, "reward": f"{HOSTILE}.py", "reward_sha256": "0" * 64, "verdict": "go",
    "success_at": 1.0, "prompts": 9,
}  # fmt: skip
COMPARED = {
    "schema": "rewardlab.compare/1",
    "a": SIDE,
    "b": {**SIDE, "verdict": "no_go"},
    "prompts": 9,
    "only_a": 1,
    "only_b": 2,
    "rewritten": 3,
    "same_generations": True,
    "flips": [
        {
            "prompt_id": HOSTILE, "index": 0, "succeeds_in": "a", "score_a": 1.0, "score_b": 0.0, "text": HOSTILE,
            "label": 1.0,
        }
    ],
    "lost": 1,
    "gained": 0,
    "differences": [
        {
            "name": HOSTILE, "a": 0.5, "b": 0.4, "raised": 1, "lowered": 2,
            "difference": {"estimate": -0.1, "low": -0.2, "high": -0.01, "level": 0.95, "method": HOSTILE, "units": 9},
        },
        {
            "name": "accuracy", "a": None, "b": None, "raised": 0, "lowered": 0,
            "difference": {"estimate": None, "low": None, "high": None, "undefined": HOSTILE},
        },
    ],
    "findings_gained": PACKAGED["findings"],
    "findings_lost": PACKAGED["findings"],
    "regressions": [HOSTILE],
    "fail_on_regression": False,
    "version": "0",
}  # fmt: skip
CASE = {"id": HOSTILE, "why": HOSTILE, "guard": False, "observed": HOSTILE, "score": None, "detail": HOSTILE}
VERIFIED = {
    "schema": "rewardlab.verify/1",
    "verdict": "not_mended",
    "why": HOSTILE,
    "finding": "RL402",
    "title": HOSTILE,
    "reward": f"{HOSTILE}.py",
    "folder": HOSTILE,
    "success_at": 1.0,
    "cases": [
        {**CASE, "want": want, "state": state}
        for want, state in (("fails", "broken"), ("succeeds", "unasked"), ("seen", "seen"), ("scored", "held"))
    ],
    "version": "0",
}


@pytest.fixture(scope="session")
def hostile_reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """A report of each command; every text in it that comes from outside is HOSTILE."""

    def made(make: Callable[..., str], *arguments: object) -> str:
        folder = tmp_path_factory.mktemp("hostile")
        return make(folder, *[str(one).replace("FOLDER", str(folder)) for one in arguments])

    texts = {
        "audit": made(
            audited, "audit", "--model", "recorded:FOLDER/recorded.jsonl", "--judge", "FOLDER/judge.toml", "--out",
            "FOLDER/run",
        ),
        "check": made(audited, "check"),
        "agree": made(agreed),
        "package": json.dumps(PACKAGED),
        "prove": json.dumps(PROVED),
        "compare": json.dumps(COMPARED),
        "verify": json.dumps(VERIFIED),
        "history": json.dumps(FOLLOWED),
    }  # fmt: skip
    return {name: TABLES[name][0].model_validate_json(text) for name, text in texts.items()}
