"""Any change to any file of a run directory ends in a report or in one line, never in a bug's exit code.

A hundred examples here; `make fuzz` draws two thousand for this and for each other reader of outside input.
"""

from __future__ import annotations

import copy
import gc
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rewardlab.cli import main
from tests.conftest import groups_of

pytestmark = pytest.mark.process

JUDGE = """
def strict(response, reference):
    return response == reference

def lax(response, reference):
    return response == reference or response.startswith("2")
"""
#: Values that no writer of such files writes where they are put, of every kind that JSON has.
STRANGE = [
    None, True, -1, 0, 3, 1e308, 1e-300, 10**30, float("nan"), float("inf"), "", "x", "2026", "\ud800", "../..",
    [], [None], [[]], [1, 2, 3], ["a", "b"], {}, {"a": 1}, {"x": None},
]  # fmt: skip
OF_A_COLUMN = {
    "string": [None, "", "p0", "nobody", "\u2028", "1"],
    "int32": [None, -1, 0, 3, 4, 2**31 - 1],
    "double": [None, float("nan"), float("inf"), -1.0, 0.0, 1e308, -1e308, 0.5],
}
COMPONENTS = [
    None, [], [{"name": None, "value": None}], [{"name": "a", "value": float("nan")}], [None],
    [{"name": "a", "value": 1.0}, {"name": "a", "value": 2.0}], [{"name": "a", "value": 1e308}],
]  # fmt: skip
LINES = [
    "",
    "{",
    "[]",
    "null",
    '{"id": "p0"}',
    "p0,0",
    "p0,0,1,2",
    "nobody,0,1",
    "p0,99,1",
    "p0,0,nan",
    '"p0,0,1',
    "\0",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run that was labelled, scored again and judged."""
    folder = tmp_path_factory.mktemp("fuzz")
    groups = groups_of({0: 20, 4: 20, 8: 20})
    rows = [(f"p{row}", index, str(text)) for row, group in enumerate(groups) for index, text in enumerate(group)]
    prompts = [{"id": f"p{n}", "prompt": f"question {n}", "reference_answer": "1"} for n in range(len(groups))]
    recorded = [{"prompt_id": name, "index": index, "text": text} for name, index, text in rows]
    for name, lines in (("prompts.jsonl", prompts), ("recorded.jsonl", recorded)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    labels = "".join(f"{name},{index},{text}\n" for name, index, text in rows)
    (folder / "labels.csv").write_text("prompt_id,index,label\n" + labels)
    (folder / "reward.py").write_text("def score(completion, reference):\n    return float(completion == reference)\n")
    (folder / "judge.py").write_text(JUDGE)
    judges = []
    for name in ("strict", "lax"):
        (folder / f"{name}.toml").write_text(f'kind = "boolean"\nmodel = "python:{folder}/judge.py:{name}"\n')
        judges += ["--judge", f"{folder}/{name}.toml"]
    run = folder / "run"
    code, error = said("audit", folder / "reward.py", folder / "prompts.jsonl", "--model",
                       f"recorded:{folder}/recorded.jsonl", "--labels", folder / "labels.csv", *judges,
                       "--judge-sample", 100, "--out", run)  # fmt: skip
    assert code in {0, 1, 4}, error
    return run


def said(*arguments):
    """The exit code and what was said on standard error."""
    error = StringIO()
    with redirect_stdout(StringIO()), redirect_stderr(error):
        code = main([str(argument) for argument in arguments])
    gc.unfreeze()  # a command keeps its imports to the end of its process; this one goes on
    return code, error.getvalue()


def places(value, at=()):
    """Where a JSON value holds values, at any depth."""
    if at:
        yield at
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in held:
        yield from places(inner, (*at, key))


def changed_json(value, draw):
    value = copy.deepcopy(value)
    *path, last = draw(st.sampled_from(list(places(value))))
    holder = value
    for key in path:
        holder = holder[key]
    match draw(st.sampled_from(["replace", "replace", "remove", "double"])):
        case "remove":
            del holder[last]
        case "double" if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        case "double":
            holder["strange"] = draw(st.sampled_from(STRANGE))
        case _:
            holder[last] = draw(st.sampled_from(STRANGE))
    return value


def change_part(path, draw):
    table = pq.read_table(path)
    rows, schema = table.to_pylist(), table.schema
    for _ in range(draw(st.integers(1, 4))):
        row, name = draw(st.integers(0, len(rows) - 1)), draw(st.sampled_from(schema.names))
        values = OF_A_COLUMN.get(str(schema.field(name).type), COMPONENTS if name == "components" else [None, []])
        match draw(st.sampled_from(["value", "value", "value", "again", "lost"])):
            case "again":
                rows.append(dict(rows[row]))
            case "lost" if len(rows) > 1:
                del rows[row]
            case _:
                rows[row][name] = draw(st.sampled_from(values))
    kept_columns = [name for name in schema.names if draw(st.integers(0, 60)) or name in {"prompt_id", "index"}]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema).select(kept_columns), path)


def change(path, draw):
    match path.suffix:
        case ".json":
            path.write_text(json.dumps(changed_json(json.loads(path.read_bytes()), draw)))
        case ".parquet":
            change_part(path, draw)
        case _:
            lines = path.read_text().splitlines()
            row = draw(st.integers(0, len(lines) - 1))
            strange = st.sampled_from([*LINES, lines[0]])
            if path.suffix == ".jsonl":
                strange |= st.builds(lambda: json.dumps(changed_json(json.loads(lines[row]), draw)))
            lines[row] = draw(strange)
            path.write_text("\n".join(lines) + "\n")


@settings(phases=set(Phase) - {Phase.shrink})  # what was drawn is small, and each try writes a run directory
@given(st.data())
def test_any_change_to_a_run_directory_is_told_or_harmless(kept, data):
    folder = kept.with_name("changed")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".json", ".jsonl", ".csv", ".parquet"} and path.name != "report.json"
    )
    change(data.draw(st.sampled_from(files), label="file"), data.draw)
    code, error = said("report", folder, "--format", data.draw(st.sampled_from(["text", "json"]), label="format"))
    assert code in {0, 1, 2, 4}, error
    assert len(error.splitlines()) == (code == 2)


@given(
    st.sampled_from(["run.json", "labels.csv", "prompts.jsonl"]),
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
def test_any_bytes_for_a_file_of_a_run_are_told_or_harmless(kept, name, data):
    folder = kept.with_name("changed")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder)
    (folder / name).write_bytes(data)
    code, error = said("report", folder)
    assert code in {0, 1, 2, 4}, error
    assert code == 2 or name == "labels.csv"
    assert len(error.splitlines()) == (code == 2)
