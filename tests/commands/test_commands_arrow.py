"""Commands that read and write Parquet start without pandas, and leave it to whoever asks for it."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process


def test_a_recorded_audit_does_not_import_pandas(tmp_path):
    (tmp_path / "reward.py").write_text("def score(response, reference):\n    return float(response == reference)\n")
    (tmp_path / "prompts.jsonl").write_text(json.dumps({"id": "a", "prompt": "1 + 1", "reference_answer": "2"}))
    rows = [{"prompt_id": "a", "index": index, "text": str(index)} for index in range(8)]
    (tmp_path / "recorded.jsonl").write_text("\n".join(map(json.dumps, rows)))
    command = ["audit", "reward.py", "prompts.jsonl", "--model", "recorded:recorded.jsonl", "--out", "run"]
    python = [sys.executable, "-X", "importtime", "-m"]
    done = subprocess.run([*python, "rewardlab", *command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "INCONCLUSIVE" in done.stdout
    assert "pyarrow" in done.stderr
    assert "pandas.core" not in done.stderr


def test_pandas_still_reads_what_arrow_holds():
    code = (
        "from rewardlab.commands.arrow import spare_pandas\n"
        "spare_pandas()\n"
        "import sys, pyarrow\n"
        "table = pyarrow.table({'text': ['x', None], 'score': [1.0, 0.5]})\n"
        "assert 'pandas' not in sys.modules\n"
        "print(table.to_pandas().score.sum())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1.5\n"
