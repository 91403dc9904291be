"""The exports of annotation and evaluation tools, each in its own form: read, or refused with the line to write."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import InputError, RewardlabError, UsageError
from rewardlab.ratings.layout import read_ratings
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.roles import UnclearError
from rewardlab.ratings.scale import Wanted

MOODS = ("positive", "negative", "neutral")


@pytest.fixture
def read(tmp_path):
    def get(held, name="export.json", **naming):
        path = tmp_path / name
        if isinstance(held, str):
            path.write_text(held)
        elif name.endswith("l"):
            path.write_text("".join(json.dumps(row) + "\n" for row in held))
        else:
            path.write_text(json.dumps(held, indent=2))
        level = naming.pop("level", None)
        return read_ratings([path], Naming(**naming), Wanted(level=level))

    return get


def cells(found):
    """Each rater's ratings as labels, or numbers."""
    said = lambda one: None if one != one else found.scale.labels[int(one)] if found.scale.labels else one  # noqa: E731, PLR0124
    return {rater: [said(one) for one in found.values[:, place]] for place, rater in enumerate(found.raters)}


def result(name, kind, key, value):
    return {"id": "r1", "from_name": name, "to_name": "text", "type": kind, "origin": "manual", "value": {key: value}}


def task(number, *annotations):
    held = [
        {
            "id": 10 * number + place,
            "completed_by": who,
            "was_cancelled": cancelled,
            "lead_time": 3.1,
            "result": results,
        }
        for place, (who, cancelled, results) in enumerate(annotations)
    ]
    return {
        "id": number,
        "data": {"text": f"t{number}", "topic": "a" if number % 2 else "b"},
        "annotations": held,
        "predictions": [],
        "project": 1,
    }


def mood(one):
    return result("mood", "choices", "choices", [one])


STUDIO = [
    task(1, (1, False, [mood("positive")]), ({"id": 2, "email": "bo@x.org"}, False, [mood("negative")])),
    task(2, (1, False, [mood("neutral")]), ({"id": 2, "email": "bo@x.org"}, True, [mood("neutral")])),
    task(3, (1, False, []), ({"id": 2, "email": "bo@x.org"}, False, [mood("positive")])),
]


def test_label_studio_json_is_read(read):
    found = read(STUDIO)
    assert cells(found) == {"1": ["positive", "neutral", None], "bo@x.org": ["negative", None, "positive"]}
    assert found.notes[:2] == ("Read as an export of Label Studio.", "Left out: 1 cancelled annotations.")
    assert read(STUDIO, by="topic").slices == ("a", "b")
    assert cells(read([*STUDIO, task(4, (3, False, [mood("neutral")]))], raters=("1", "3")))["3"][-1] == "neutral"
    with pytest.raises(UsageError, match=r"no rater 'x'; expected one of 1, bo@x\.org"):
        read(STUDIO, raters=("x",))


@pytest.mark.parametrize(
    ("kind", "key", "values", "said"),
    [
        ("rating", "rating", [4, 5], [4, 5]),
        ("number", "number", [4, 5], [4, 5]),
        ("choices", "choices", [["b", "a"], ["a"]], ["a; b", "a"]),
        ("taxonomy", "taxonomy", [[["A", "B"]], [["C"]]], ["A > B", "C"]),
        ("pairwise", "selected", ["left", "right"], ["left", "right"]),
    ],
)
def test_each_control_tag_of_label_studio_is_read(read, kind, key, values, said):
    tasks = [
        task(at, *((who, False, [result("tag", kind, key, one)]) for who in (1, 2))) for at, one in enumerate(values)
    ]
    assert cells(read(tasks)) == {"1": said, "2": said}


def test_two_control_tags_are_asked_for_and_regions_are_refused(read):
    both = [
        task(at, *((who, False, [mood("x"), result("stars", "rating", "rating", 4)]) for who in (1, 2)))
        for at in (1, 2)
    ]
    with pytest.raises(UnclearError, match="2 things were rated: mood, stars") as error:
        read(both)
    assert [line.split("export.json ")[1] for line in error.value.lines.splitlines()] == [
        "--rating mood",
        "--rating stars",
    ]
    assert cells(read(both, rating=("stars",))) == {"1": [4, 4], "2": [4, 4]}
    with pytest.raises(UsageError, match="no control tag 'x'; expected one of mood, stars"):
        read(both, rating=("x",))
    regions = [task(1, (1, False, [result("ner", "labels", "labels", ["PER"])]))]
    with pytest.raises(InputError, match="no rating of a task: results are of the types labels"):
        read(regions)
    with pytest.raises(InputError, match=r"export.json:2: 'mood' is rated 2 times in one annotation of task 1"):
        read([task(1, (1, False, [mood("x"), mood("y")]))])


def test_label_studio_json_min_and_csv_are_read(read):
    rows = [
        {
            "text": f"t{at}",
            "id": at,
            "mood": value,
            "stars": [{"rating": (at + who) % 5 + 1}],
            "annotator": who,
            "annotation_id": 2 * at + who,
            "created_at": f"2026-01-01T00:00:0{at}Z",
            "updated_at": f"2026-01-01T00:00:0{at}Z",
            "lead_time": 1.5 * at + who,
        }
        for at, values in enumerate([("positive", "negative"), ("neutral", "neutral"), ({"choices": ["a", "b"]}, "a")])
        for who, value in enumerate(values, 1)
    ]
    with pytest.raises(UnclearError, match="mood, stars") as error:
        read(rows)
    assert "--rating mood" in error.value.lines
    for row in rows:
        del row["stars"]
    found = read(rows)
    assert cells(found) == {"1": ["positive", "neutral", "a; b"], "2": ["negative", "neutral", "a"]}
    header = '"annotation_id","annotator","created_at","id","lead_time","mood","text","updated_at"\n'
    lines = [
        f'"{row["annotation_id"]}","{row["annotator"]}","{row["created_at"]}","{row["id"]}","{row["lead_time"]}",'
        f'"{row["mood"] if isinstance(row["mood"], str) else json.dumps(row["mood"]).replace(chr(34), chr(34) * 2)}",'
        f'"{row["text"]}","{row["updated_at"]}"\n'
        for row in rows
    ]
    assert cells(read(header + "".join(lines), "export.csv")) == cells(found)


def record(number, **responses):
    held = {
        name: [{"value": value, "user_id": f"u{at}"} for at, value in enumerate(values)]
        for name, values in responses.items()
    }
    return {
        "id": f"r{number}",
        "fields": {"text": "some text"},
        "metadata": {"topic": "a"},
        "suggestions": {},
        "responses": held,
        "vectors": {},
        "status": "completed",
        "_server_id": f"s{number}",
    }


def test_argilla_records_are_read(read):
    rows = [record(1, label=["yes", "no"]), record(2, label=["no", "no", "yes"]), record(3)]
    assert cells(read(rows)) == {"u0": ["yes", "no"], "u1": ["no", "no"], "u2": [None, "yes"]}
    assert read(rows, by="topic").slices == ("a",)
    assert "does not say which responses are drafts or discarded" in read(rows).notes[1]
    both = [
        record(at, label=["yes", "no"], stars=[4, 5], why=[f"it is {at} so and so", "as I said before now"])
        for at in (1, 2)
    ]
    with pytest.raises(UnclearError, match="2 things were rated: label, stars"):
        read(both)
    assert cells(read(both, rating=("stars",))) == {"u0": [4, 4], "u1": [5, 5]}
    assert cells(read([record(1, tags=[["b", "a"], ["a", "b"]]), record(2, tags=[["a"], ["b"]])]))["u0"] == [
        "a; b",
        "a",
    ]


def test_argilla_records_flattened_and_of_version_1_are_read(read):
    flat = [
        {
            "id": f"r{at}",
            "text": "some text",
            "label.responses": ["yes", "no", "no"],
            "label.responses.users": ["a", "b", "c"],
            "label.responses.status": ["submitted", "submitted", "discarded"],
            "label.suggestion": "yes",
            "label.suggestion.score": 0.5,
            "label.suggestion.agent": "m",
        }
        for at in (1, 2)
    ]
    found = read(flat, "export.jsonl")
    assert cells(found) == {"a": ["yes", "yes"], "b": ["no", "no"]}
    assert found.notes[1] == "Left out: 2 responses that are drafts or discarded."
    old = [
        {"id": at, "text": "x", "stars": [{"user_id": who, "value": at, "status": "submitted"} for who in "ab"]}
        for at in (1, 2)
    ]
    assert cells(read(old, "export.jsonl")) == {"a": [1, 2], "b": [1, 2]}


def answer(number, who, said, **more):
    return {
        "text": f"t{number}",
        "_input_hash": number,
        "_task_hash": -number,
        "_view_id": "choice",
        "answer": said,
        "_timestamp": 1700000000 + number,
        "_annotator_id": f"set-{who}",
        "_session_id": f"set-{who}",
    } | more


def test_prodigy_choices_and_binary_answers_are_read(read):
    options = [{"id": "A", "text": "a"}, {"id": "B", "text": "b"}]
    rows = [
        answer(at, who, "accept", options=options, accept=["A" if at % 2 else "B"]) for at in (1, 2, 3) for who in "xy"
    ]
    rows[0] |= {"answer": "ignore", "accept": []}
    rows[1]["answer"] = "reject"
    found = read(rows, "export.jsonl")
    assert cells(found) == {"set-x": [None, "B", "A"], "set-y": [None, "B", "A"]}
    assert found.notes[1:3] == (
        "Left out: 1 answers that reject the task.",
        "Left out: 1 answers that ignore the task.",
    )
    rows[2]["accept"] = ["B", "A"]
    assert cells(read(rows, "export.jsonl"))["set-x"][1] == "A; B"
    binary = [answer(at, who, "accept" if at % 2 else "reject", label="SPAM") for at in (1, 2, 3) for who in "xy"]
    assert cells(read(binary, "export.jsonl"))["set-x"] == ["accept", "reject", "accept"]
    with pytest.raises(InputError, match="holds ner_manual annotations"):
        read([answer(1, "x", "accept", _view_id="ner_manual", spans=[])], "export.jsonl")
    with pytest.raises(InputError, match="does not say who annotated") as error:
        read([answer(1, "x", "accept") | {"_annotator_id": None, "_session_id": None}], "export.jsonl")
    assert "rewardlab agree alice.jsonl bob.jsonl" in error.value.lines


def test_one_annotators_file_of_doccano_is_refused_and_the_joined_one_read(read):
    rows = [{"id": at, "text": f"t{at}", "label": ["pos" if at % 2 else "neg"], "Comments": []} for at in (1, 2, 3)]
    with pytest.raises(InputError, match="is one annotator's file of a doccano export") as error:
        read(rows, "alice.jsonl")
    assert error.value.lines == "    rewardlab agree alice.jsonl bob.jsonl"
    joined = [row | {"annotator": f"{who}.jsonl"} for who in ("alice", "bob") for row in rows]
    found = read(joined, "all.jsonl", unit=("id",), rater=("annotator",), rating=("label",))
    assert cells(found) == {"alice.jsonl": ["pos", "neg", "pos"], "bob.jsonl": ["pos", "neg", "pos"]}
    assert cells(read(joined, "all.jsonl")) == cells(found)
    joined[0]["label"] = ["pos", "neg"]
    assert cells(read(joined, "all.jsonl"))["alice.jsonl"][0] == "neg; pos"
    with pytest.raises(InputError, match="holds spans"):
        read([{"id": 1, "text": "t", "label": [[0, 1, "PER"]], "Comments": []}], "alice.jsonl")


def pair(question, one, two, first, second, judge="gpt-4", turn=1):
    return {
        "question_id": question,
        "model_1": one,
        "model_2": two,
        "g1_winner": first,
        "g2_winner": second,
        "judge": [judge, "pair-v2"],
        "g1_user_prompt": "..",
        "g1_judgment": "..",
        "g2_user_prompt": "..",
        "g2_judgment": "..",
        "turn": turn,
        "tstamp": 1690000000.5,
    }


def test_mt_bench_pairs_are_read(read):
    rows = [
        pair(81, "a", "b", "model_1", "model_1"),
        pair(82, "a", "b", "model_2", "tie"),
        pair(83, "a", "b", "error", "tie"),
    ]
    found = read(rows, "gpt-4_pair.jsonl")
    assert cells(found) == {"gpt-4, game 1": ["model_1", "model_2", None], "gpt-4, game 2": ["model_1", "tie", "tie"]}
    assert "its two games, in which the answers change places, are compared" in found.notes[1]
    others = [pair(81, "b", "a", "model_2", "model_2", "claude"), pair(82, "b", "a", "model_1", "model_2", "claude")]
    found = read(rows + others, "both.jsonl")
    assert cells(found) == {"gpt-4": ["model_1", "tie", None], "claude": ["model_1", "tie", None]}


def test_mt_bench_votes_and_scores_are_read(read):
    votes = [
        {"question_id": 81, "model_a": one, "model_b": two, "winner": won, "judge": judge, "turn": 1}
        for one, two, won, judge in [
            ("a", "b", "model_a", "expert_1"),
            ("b", "a", "model_b", "expert_2"),
            ("c", "a", "tie (inconsistent)", "expert_1"),
            ("a", "c", "model_a", "expert_2"),
        ]
    ]
    assert cells(read(votes, "human.json")) == {"expert_1": ["model_1", "tie"], "expert_2": ["model_1", "model_1"]}
    scores = [
        {"question_id": at, "model": "a", "judge": [judge, "single-v1"], "judgment": "..", "score": score, "turn": 1}
        for judge, given in {"gpt-4": [7, 8, -1], "claude": [7, 9, 5]}.items()
        for at, score in enumerate(given)
    ]
    found = read(scores, "both.jsonl")
    assert cells(found) == {"gpt-4": [7, 8, None], "claude": [7, 9, 5]}
    assert "Left out: 1 judgments that failed" in found.notes[1]
    with pytest.raises(InputError, match="holds the scores of one judge, gpt-4") as error:
        read(scores[:3], "gpt-4_single.jsonl")
    assert "rewardlab agree gpt-4_single.jsonl claude-3_single.jsonl" in error.value.lines


def graded(number, *scores):
    components = [
        {
            "pass": score > 0.5,
            "score": score,
            "reason": "..",
            "assertion": {"type": "llm-rubric", "value": ".."} | metric,
        }
        for score, metric in zip(scores, [{"metric": "gpt"}, {"metric": "claude"}, {}], strict=False)
    ]
    whole = {"pass": True, "score": 1, "reason": "..", "componentResults": components} if scores else None
    return {
        "id": f"x{number}",
        "provider": {"id": "openai:gpt-4o", "label": ""},
        "promptIdx": 0,
        "testIdx": number,
        "promptId": "p",
        "score": 1,
        "success": True,
        "namedScores": {},
        "gradingResult": whole,
        "vars": {"topic": "a" if number % 2 else "b"},
        "failureReason": 0,
    }


def test_promptfoo_results_are_read(read):
    rows = [graded(0, 1, 0.5, 1), graded(1, 0, 0, 1), graded(2)]
    whole = {
        "evalId": "eval-1",
        "results": {
            "version": 3,
            "timestamp": "..",
            "prompts": [{"raw": ".."}],
            "results": rows,
            "stats": {"successes": 2},
        },
        "config": {},
        "shareableUrl": None,
        "metadata": {},
    }
    expected = {"gpt": [1, 0], "claude": [0.5, 0], "llm-rubric": [1, 1]}
    found = read(whole)
    assert cells(found) == expected
    assert "name those that do with --raters" in found.notes[1]
    assert "Left out: 1 results without grades" in found.notes[2]
    assert cells(read(json.dumps(whole))) == expected
    assert cells(read(rows, "results.jsonl")) == expected
    assert cells(read(whole, raters=("gpt", "claude"))) == {"gpt": [1, 0], "claude": [0.5, 0]}
    assert cells(read(whole, rating=("pass",)))["claude"] == ["false", "false"]
    assert read(rows, "results.jsonl", by="topic").slices == ("b", "a")
    with pytest.raises(InputError, match="holds the results of 1 assertion;"):
        read([graded(0, 1), graded(1, 0)], "results.jsonl")


def test_promptfoo_csv_asks_which_metrics_are_meant(read):
    header = "[openai:gpt-4o] q,question,Status,Score,Named Scores,Metric: claude,Metric: gpt,Grader Reason,Comment\n"
    rows = "".join(
        f'"answer {at}",q{at},PASS,{at % 2}.00,"{{""gpt"": 1}}",{at % 2}.00,{at % 3 % 2}.00,ok,\n' for at in range(12)
    )
    with pytest.raises(UnclearError) as error:
        read(header + rows, "out.csv")
    assert "--raters 'Metric: claude,Metric: gpt'" in error.value.lines
    for name in ("out.csv", "out"):
        found = read(header + rows, name, raters=("Metric: claude", "Metric: gpt"))
        assert found.raters == ("Metric: claude", "Metric: gpt")
    twice = header.strip() + ",[b] q,Status,Score,Named Scores,Grader Reason,Comment\n"
    with pytest.raises(InputError, match=r"two columns 'Status'.*promptfoo export eval latest -o results.json"):
        read(twice + rows.replace(",ok,", ",ok,,b,PASS,1.00,,ok,"), "out.csv")


def sample(number, **scores):
    held = {
        name: {"value": value, "answer": "x", "explanation": None, "metadata": {}} for name, value in scores.items()
    }
    return {"id": number, "epoch": 1, "input": "..", "target": "x", "messages": [], "output": {}, "scores": held}


def test_inspect_logs_and_score_tables_are_read(read):
    rows = [sample(1, gpt="C", claude="I"), sample(2, gpt="P", claude="C"), sample(3, gpt="I", claude="I")]
    log = {
        "version": 2,
        "status": "success",
        "eval": {"task": "t"},
        "plan": {},
        "results": {"scores": []},
        "stats": {},
        "samples": rows,
        "reductions": [{"scorer": "gpt"}],
    }
    for held in (log, {name: one for name, one in log.items() if name != "reductions"}):
        found = read(held)
        assert cells(found) == {"gpt": ["C", "P", "I"], "claude": ["I", "C", "I"]}
        assert found.scale.labels == ("I", "P", "C")
    log["samples"] = [sample(at, quality={"tone": at, "depth": 2}) for at in (1, 2)]
    assert cells(read(log)) == {"quality/tone": [1, 2], "quality/depth": [2, 2]}
    log["samples"] = [sample(1, gpt="C")]
    with pytest.raises(InputError, match="holds the values of 1 scorer;"):
        read(log)
    header = "log,eval_id,sample_id,id,epoch,input,target,score_gpt,score_claude,total_tokens,total_time\n"
    table = "".join(
        f"l.eval,e1,s{at},{at},1,What is {at}?,x,{'CI'[at % 2]},{'CI'[at % 3 % 2]},9{at},1.{at}\n" for at in range(12)
    )
    assert read(header + table, "samples.csv").raters == ("score_gpt", "score_claude")


@pytest.mark.parametrize(
    "row",
    [
        lambda at: {"id": at, "annotations": [{"annotator": "x", "label": "yes"}, {"annotator": "y", "label": "no"}]},
        lambda at: {"id": at, "ratings": {"x": "yes", "y": "no"}, "meta": {"a": 1, "b": 2}},
        lambda at: {"id": at, "annotators": ["x", "y"], "labels": ["yes", "no"]},
    ],
)
def test_ratings_within_a_cell_are_read(read, row):
    found = read([row(at) for at in range(3)])
    assert cells(found) == {"x": ["yes"] * 3, "y": ["no"] * 3}
    assert found.notes[0].startswith("The ratings are read from '")


def test_a_conversation_is_no_list_of_ratings(read):
    rows = [{"id": at, "history": [{"user": "yes", "answer": "no"}], "ann1": at % 2, "ann2": at % 2} for at in range(4)]
    assert read(rows, "export.jsonl").raters == ("ann1", "ann2")


def test_lists_without_raters_are_by_place_or_refused(read):
    found = read([{"id": at, "labels": ["yes", "no" if at else "yes"]} for at in range(3)])
    assert cells(found) == {"labels[0]": ["yes"] * 3, "labels[1]": ["yes", "no", "no"]}
    with pytest.raises(InputError, match="may be one rater's labels, or the ratings of several") as error:
        read([{"id": 1, "labels": ["a", "b"]}, {"id": 2, "labels": ["a"]}])
    assert "jq -c" in error.value.lines


def test_lists_in_columns_of_raters_are_sets(read):
    found = read([{"id": at, "ann1": ["a", "b"], "ann2": ["b", "a"] if at else ["a"]} for at in range(3)])
    assert cells(found) == {"ann1": ["a; b"] * 3, "ann2": ["a", "a; b", "a; b"]}


def test_json_comes_in_the_forms_of_pandas(read):
    rows = [{"unit": at, "a": at % 2, "b": at % 3} for at in range(6)]
    names = list(rows[0])
    table = [[row[name] for name in names] for row in rows]
    forms = [
        rows,
        {"data": rows},
        {"columns": names, "index": [0], "data": table},
        [names, *table],
        {name: [row[name] for row in rows] for name in names},
        {name: {str(at): row[name] for at, row in enumerate(rows)} for name in names},
        {"schema": {"fields": []}, "data": rows},
        {f"u{row['unit']}": {"a": row["a"], "b": row["b"]} for row in rows},
    ]
    found = [read(form) for form in forms]
    assert all(one.values.tolist() == found[0].values.tolist() for one in found)
    assert all(one.raters == ("a", "b") for one in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "export.json: holds no rating"),
        ("[1, 2]", "export.json, row 1: is no JSON object"),
        ('"x"', "holds no rows"),
        ("[{}, 3]", "row 2: is no JSON object"),
        ('[{"unit": 1,\n "a": }]', "export.json:2: is not JSON"),
        ('[{"unit": 1, "unit": 2}]', "the key 'unit' stands twice in one object"),
        ('[["a", "b"], [1]]', "row 1: is no row of the table; expected 2 cells"),
        ('{"a": 1}', "holds no rating"),
        ("{}", "holds no rating"),
        ("", "is not JSON"),
        ("unit,a,b\n1,2,3\n", "is not JSON"),
    ],
)
def test_json_that_is_no_table_is_refused(read, text, message):
    with pytest.raises(InputError) as error:
        read(text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04rest", "a zip archive: of a workbook"),
        (b"\x1f\x8brest", "compressed: unpack it"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"SQLite format 3\0", "an SQLite database"),
    ],
)
def test_what_is_no_table_says_how_to_make_one(tmp_path, data, message):
    path = tmp_path / "r.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        read_ratings([path], Naming())
    assert message in str(error.value)


def test_tables_of_excel_are_read(tmp_path):
    text = "unit;a;b;\r\n1;2,5;3;\r\n2;1;1,5;\r\n"
    path = tmp_path / "r.csv"
    for data in (("sep=;\r\n" + text).encode("utf-8-sig"), text.replace(";", "\t").encode("utf-16")):
        path.write_bytes(data)
        assert read_ratings([path], Naming()).values.tolist() == [[2.5, 3], [1, 1.5]]


def test_columns_says_what_an_export_was_taken_for(run, tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(STUDIO))
    code, out, _ = run("agree", path, "--columns")
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()[:4]] == [
        "column",
        "id",
        "annotations.completed_by",
        "mood",
    ]
    assert "Read as an export of Label Studio." in out


KEYS = """
id data annotations result from_name type value choices completed_by fields responses user_id answer
accept _input_hash _annotator_id label Comments question_id judge winner model_a model_b score model
results gradingResult componentResults testIdx samples eval scores labels annotators a b
label.responses label.responses.users label.responses.status
"""
JSON = st.recursive(
    st.sampled_from([None, True, 0, 1, 4.5, "a", "yes", "no", "", "NaN", "[1]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6),
    max_leaves=25,
)


@given(JSON, st.sampled_from([None, "label", "score"]))
def test_any_json_is_read_or_refused(tmp_path_factory, held, question):
    path = tmp_path_factory.mktemp("j") / "r.json"
    path.write_text(json.dumps(held))
    try:
        found = read_ratings([path], Naming(rating=(question,) if question else ()))
    except RewardlabError as error:
        assert str(error)  # noqa: PT017 - most are refused
    else:
        assert found.values.shape[0] == found.units


TASKS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from([1, 2, None]),
            "data": st.just({"t": 1}),
            "annotations": st.lists(
                st.fixed_dictionaries(
                    {
                        "completed_by": st.sampled_from([1, {"email": "x"}, {}, None, [1]]),
                        "result": st.lists(
                            st.fixed_dictionaries(
                                {
                                    "from_name": st.sampled_from(["a", "b", None]),
                                    "type": st.sampled_from(["choices", "rating", "labels", 1]),
                                    "value": st.sampled_from(
                                        [{"choices": ["x"]}, {"rating": 3}, {}, None, {"choices": "x"}]
                                    ),
                                }
                            ),
                            max_size=2,
                        )
                        | st.none(),
                    }
                ),
                max_size=3,
            ),
        }
    ),
    min_size=1,
    max_size=4,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"question_id": st.sampled_from([1, None]), "judge": st.sampled_from(["a", ["b", "v1"], [], None, {"c": 1}])},
        optional={
            "model_1": st.sampled_from(["a", "b", 1]),
            "model_2": st.sampled_from(["a", "b", None]),
            "g1_winner": st.sampled_from(["model_1", "error", 3]),
            "g2_winner": st.sampled_from(["tie", "model_2"]),
            "model_a": st.just("a"),
            "model_b": st.just("b"),
            "winner": st.sampled_from(["model_a", None]),
            "model": st.sampled_from(["a", {}]),
            "score": st.sampled_from([1, -1, None, "8/10", []]),
            "turn": st.just(1),
        },
    ),
    min_size=1,
    max_size=4,
)
ANSWERS = st.lists(
    st.fixed_dictionaries(
        {"answer": st.sampled_from(["accept", "reject", "ignore"]), "_task_hash": st.sampled_from([1, 2, None])},
        optional={
            "_annotator_id": st.sampled_from(["a", "b", 1, None]),
            "accept": st.sampled_from([[], ["A"], ["A", 1], "A", None]),
            "options": st.just([]),
            "_view_id": st.sampled_from(["choice", "ner_manual", None]),
            "spans": st.just([]),
        },
    ),
    min_size=1,
    max_size=4,
)


@given(st.one_of(TASKS, ROWS, ANSWERS))
def test_any_rows_of_a_tool_are_read_or_refused(tmp_path_factory, held):
    path = tmp_path_factory.mktemp("j") / "r.json"
    path.write_text(json.dumps(held))
    try:
        found = read_ratings([path], Naming())
    except RewardlabError as error:
        assert str(error)  # noqa: PT017 - many are refused
    else:
        assert found.values.shape[0] == found.units
