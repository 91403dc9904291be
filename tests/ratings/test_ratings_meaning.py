"""What cells mean: numbers in the forms of people, spellings, sets, placeholders, known orders; each told in a note."""

from __future__ import annotations

import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import InputError, RewardlabError
from rewardlab.labels import WORDS
from rewardlab.ratings.cells import fold, quantity_of
from rewardlab.ratings.layout import read_ratings
from rewardlab.ratings.meaning import as_it_stands, meaning_of
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.orders import known_order
from rewardlab.ratings.scale import Wanted


def meaning(*cells, **options):
    options = {"decimal_comma": False} | options
    return meaning_of(Counter(cells), lambda cell: f"r.csv:{cells.index(cell) + 2}", **options)


def said(*cells, **options):
    found = meaning(*cells, **options)
    return [found.text[cell] for cell in cells], " ".join(found.notes)


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("8", "8"), ("8/10", "8"), ("8 / 10", "8"), ("8 out of 10", "8"), ("8 von 10", "8"), ("7.5/10 points", "7.5"),
        ("35%", "35"), ("35 %", "35"), ("35 percent", "35"), ("4 stars", "4"), ("1 star", "1"), ("4★", "4"),
        ("★★★☆☆", "3"), ("⭐⭐⭐", "3"), ("3,5", "3.5"), ("−2", "-2"), ("+1", "+1"), ("1e3", "1e3"), (".5", ".5"),
        ("Score: 4", "4"), ("rating 4", "4"), ("Level 3", "3"), ("4 pts", "4"), ("\u00a08\u200b", "8"),
    ],
)  # fmt: skip
def test_a_number_is_one_in_the_forms_of_people(cell, digits):
    assert quantity_of(cell).digits == digits


@pytest.mark.parametrize(
    "cell", ["", "yes", "1_0", "0x1", "2D", "gpt-4", "1,2,3", "1.2.3", "a/b", "class 3", "3-way", "/10"]
)
def test_what_is_no_number_is_none(cell):
    assert quantity_of(cell) is None


@pytest.mark.parametrize(
    ("cells", "values", "note"),
    [
        (["8/10", "7/10", "9/10"], ["8", "7", "9"], "'8/10' are numbers (8)."),
        (["8/10", "7", "9/10"], ["8", "7", "9"], "numbers on the same scale"),
        (["35%", "40 %"], ["35", "40"], "are numbers"),
        (["4 stars", "5 stars", "3"], ["4", "5", "3"], "numbers on the same scale"),
        (["3,5", "4", "2,25"], ["3.5", "4", "2.25"], "is a decimal comma"),
        (["3", "-", "?", "N/A", "none", "4"], ["3", None, None, None, None, "4"], "Taken for missing: '-' (1)"),
        (["Yes", "yes", "no", "yes", "YES."], ["yes", "yes", "no", "yes", "yes"], "YES. = Yes = yes"),
        (["Yes", "TRUE", "no", "FALSE", "yes", "yes"], ["yes", "yes", "no", "no", "yes", "yes"], "merged"),
        (["1", "0", "yes", "no", "yes", "no"], ["yes", "no", "yes", "no", "yes", "no"], "merged"),
        (["pass", "fail", "Correct", "incorrect", "pass", "fail"], ["pass", "fail"] * 3, "merged"),
        (["yes", "no", "none", "no"], ["yes", "no", None, "no"], "Taken for missing: 'none' (1)"),
        (["cat", "dog", "none", "-"], ["cat", "dog", "none", None], "Taken for answers: 'none' (1)"),
        (["+", "-", "+"], ["+", "-", "+"], ""),
        (["not_sure", "not sure", "yes", "not sure"], ["not sure", "not sure", "yes", "not sure"], "merged"),
        (["a;b", "b; a", "a"], ["a; b", "a; b", "a"], "are sets"),
        (["A;b", "B;a", "b", "a", "a", "b"], ["a; b", "a; b", "b", "a", "a", "b"], "merged"),
        (['["a", "b"]', '["b","a"]', '["a"]', "[]"], ["a; b", "a; b", "a", "(no label)"], "are sets"),
        (["['a', 'b']", "['b', 'a']", "['a']"], ["a; b", "a; b", "a"], "are sets"),
        (['["yes"]', '["no"]', "[]"], ["yes", "no", None], "Empty lists (1 cells) count as missing"),
        (["a,b", "b,a", "c"], ["a; b", "a; b", "c"], "are sets"),
        (["yes, but", "no", "yes"], ["yes, but", "no", "yes"], ""),
        (["1,2,3", "1,2", "3", "2"], ["1; 2; 3", "1; 2", "3", "2"], "are sets"),
        (['{"choices": ["a", "b"]}', "a"], ["a; b", "a"], "are sets"),
        (['[{"rating": 4}]', '[{"rating": 5}]'], ["4", "5"], ""),
        (['[{"taxonomy": [["A", "B"]]}]', '[{"taxonomy": [["C"]]}]'], ["A > B", "C"], ""),
        (["caf\u00e9", "cafe\u0301", "tea"], ["caf\u00e9", "caf\u00e9", "tea"], ""),
    ],
)  # fmt: skip
def test_cells_mean_what_people_mean_and_a_note_says_so(cells, values, note):
    found, notes = said(*cells)
    assert found == values
    assert note in notes


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["4/5", "8/10"], "r.csv:3: rating '8/10' is on another scale than '4/5'"),
        (["4/5", "8"], "r.csv:3: rating '8' is above 5, which others are out of"),
        (["35%", "0.35"], "r.csv:3: rating '0.35' is a share or a percentage"),
        (["35%", "3/5"], "r.csv:3: rating '3/5' is beside percentages"),
        (["1,000", "2,000"], "r.csv:2: rating '1,000' is either thousands or a decimal comma"),
        (['[{"start": 1, "text": "x", "labels": ["PER"]}]', "[]"], "r.csv:2: rating '[{"),
        (['{"a": 1}', "x"], "holds no label"),
    ],
)
def test_numbers_on_scales_that_do_not_fit_are_refused(cells, message):
    with pytest.raises(InputError) as error:
        meaning(*cells)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (["high", "low", "medium"], "low < medium < high"),
        (["Good", "fair", "poor"], "poor < fair < Good"),
        (["strongly disagree", "Agree", "neutral"], "strongly disagree < neutral < Agree"),
        (["strongly_disagree", "Agree", "neutral"], "strongly_disagree < neutral < Agree"),
        (["none", "mild", "severe"], "none < mild < severe"),
        (["never", "often", "always"], "never < often < always"),
        (["positive", "negative", "neutral"], "negative < neutral < positive"),
        (["hoch", "mittel", "niedrig"], "niedrig < mittel < hoch"),
        (["A+", "B", "C-"], "C- < B < A+"),
        (["A>B", "B>A", "A=B"], "B>A < A=B < A>B"),
        (["2 - Good", "0 - Poor", "1 - Fair"], "0 - Poor < 1 - Fair < 2 - Good"),
        (["Good (2)", "Poor (0)", "Fair (1)"], "Poor (0) < Fair (1) < Good (2)"),
        (["C", "I", "P"], "I < P < C"),
    ],
)
def test_a_known_order_is_taken_and_told(labels, order):
    found = meaning(*labels)
    assert (" < ".join(found.order), order in " ".join(found.notes)) == (order, True)
    assert meaning(*labels, ordered=False).order == ()


@pytest.mark.parametrize("labels", [["A", "B", "C"], ["cat", "dog", "owl"], ["yes", "no"], ["low", "high"]])
def test_no_order_is_made_up(labels):
    assert (meaning(*labels).order, meaning(*labels).notes) == ((), ())


@pytest.mark.parametrize(
    ("labels", "note"),
    [
        (["low", "medium", "cosmic", "high"], "low, medium, high have an order, which is not used: name that of all"),
        (["yes", "no", "maybe"], "have an order, which is not used"),
        (["0-10", "11-20", "21-30"], "may have an order"),
        (["1 - bad", "2 - so so", "3 - fine"], "have an order, which is not used"),
        (["v1", "v2", "v3"], "may have an order"),
        (["1. Billing", "2. Refunds", "3. Other"], "may have an order"),
        (["A", "B", "tie"], "may have an order"),
        (["<1", "1-3", ">3"], "may have an order"),
    ],
)
def test_what_may_be_ordered_is_never_silently_nominal(labels, note):
    assert note in meaning(*labels).notes[0]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["1", "5", "99"], "99 (1 cells) is taken for a rating; if it says that nobody rated, say --missing=99."),
        (["1", "2", "-1"], "say --missing=-1"),
        (["-1", "0", "1"], ""),
        (["98", "99", "100"], ""),
        (["0.5", "3", "-99"], "-99"),
    ],
)
def test_a_number_that_programs_write_for_no_rating_is_told(cells, told):
    assert told in (notes := said(*cells)[1])
    assert bool(told) == bool(notes)


def test_the_words_of_the_user_rule():
    assert said("none", "mild", "severe", "?", order=("none", "mild", "severe", "?"))[0] == [
        "none",
        "mild",
        "severe",
        "?",
    ]
    assert said("None", "Mild", order=("none", "mild"))[0] == ["none", "mild"]
    assert said("cat", "dog", "Unsure", missing=("unsure",)) == (["cat", "dog", None], "")
    cells = ("Yes", "yes", "8/10", "a;b", "-", "NA", "x")
    assert as_it_stands(cells, ("X",)).text == {cell: None if cell in {"NA", "x"} else cell for cell in cells}


def test_words_for_right_and_wrong_are_those_of_audit_labels():
    found = dict(zip(WORDS, said(*WORDS)[0], strict=True))
    assert len(set(found.values())) == 2
    assert all((found[word] == found["yes"]) == (value == 1) for word, value in WORDS.items())


def test_three_known_labels_are_the_least_for_an_order():
    assert known_order(["low", "high"]) == ()
    assert known_order([]) == ()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8), st.booleans(), st.booleans())
def test_any_cells_have_a_meaning_or_are_refused(cells, comma, ordered):
    try:
        found = meaning(*cells, decimal_comma=comma, ordered=ordered)
    except InputError:
        return
    assert set(found.text) == set(cells)
    assert set(found.order) <= set(found.text.values())


@given(st.text(max_size=30))
def test_folding_is_done_once(text):
    assert fold(fold(text)) == fold(text) or fold(text) in {'"', "'"}


CODES = [1712345678901, 1712345678902, 1712345678903, 1712345678904]


def rows(values, shift=0):
    return [values[(i * 3 + (shift if i % 5 == 0 else 0)) % len(values)] for i in range(40)]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_codes_of_thirteen_digits_and_a_sentinel_are_not_merged(run, tmp_path, kind):
    for name, values in {"codes": CODES, "sentinel": [1, 2, 3, 1e13]}.items():
        path = write(tmp_path, kind, {"unit": list(range(40)), "a": rows(values), "b": rows(values, 1)}, name)
        _, out, error = run("agree", path, "--level", "nominal", "--format", "json")
        assert error == ""
        whole = json.loads(out)["whole"]
        assert whole["distinct"] == 4
        assert len({one["value"] for one in whole["given"]}) == 4
        assert whole["agreement"]["estimate"] == 0.8


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_numbers_that_floating_point_cannot_tell_apart_are_codes_or_refused(run, tmp_path, kind):
    values = [2**53, 2**53 + 1, 2**53 + 2, 2**62, 2**62 + 1]
    path = write(tmp_path, kind, {"unit": list(range(40)), "a": rows(values), "b": rows(values, 1)}, "big")
    code, _, error = run("agree", path)
    assert code == 2
    assert "are one number to a computer" in error
    _, out, error = run("agree", path, "--level", "nominal", "--format", "json")
    whole = json.loads(out)["whole"]
    assert (error, whole["distinct"]) == ("", 5)
    assert {one["value"] for one in whole["given"]} == {str(value) for value in values}


def write(folder, kind, columns, name):
    path = folder / f"{name}.{kind}"
    table = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    match kind:
        case "csv":
            lines = [",".join(columns), *(",".join(map(str, row.values())) for row in table)]
            path.write_text("\n".join(lines) + "\n")
        case "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in table))
        case "json":
            path.write_text(json.dumps(table, indent=1))
        case "parquet":
            pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(("a", "b"), [("0.1", "0.10000000000000001"), ("1", "1.00000000000000000001"), ("0", "1e-400")])
def test_decimals_beyond_floating_point_are_refused(tmp_path, a, b):
    path = tmp_path / "r.csv"
    path.write_text(f"unit,a,b\n1,{a},{b}\n2,{b},{a}\n")
    with pytest.raises(InputError, match="are one number to a computer"):
        read_ratings([path], Naming())
    assert read_ratings([path], Naming(), Wanted(level="nominal")).scale.labels == tuple(sorted([a, b]))


def test_one_number_written_in_two_ways_is_one(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("unit,a,b\n1,1,1.0\n2,2,2.00\n3,3,3e0\n")
    assert read_ratings([path], Naming(), Wanted(level="nominal")).values.tolist() == [[1, 1], [2, 2], [3, 3]]


def test_the_command_tells_what_it_merged_and_leaves_it_where_asked(run, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        "unit,a,b\n" + "".join(f"{i},{'Yes' if i % 3 else 'no'},{'yes' if i % 3 else 'no'}\n" for i in range(60))
    )
    code, out, _ = run("agree", path)
    assert code == 0
    assert "Spellings of one label are merged: Yes = yes (--as-is keeps them)." in " ".join(out.split())
    code, out, _ = run("agree", path, "--as-is")
    assert code == 1
    assert "merged" not in out
    path.write_text(
        "unit,a,b\n" + "".join(f"{i},{'cat' if i % 3 else 'none'},{'cat' if i % 3 else 'dog'}\n" for i in range(60))
    )
    assert json.loads(run("agree", path, "--format", "json")[1])["missing"] == 0
    assert json.loads(run("agree", path, "--missing", "none", "--format", "json")[1])["missing"] == 20


PIECE = st.sampled_from(
    ["", "1", "2", "8/10", "35%", "4 stars", "3,5", "yes", "No", "TRUE", "-", "N/A", "none", "?", "a;b", "b;a", "[1]",
     '["a","b"]', "[]", "{}", '{"choices": ["x"]}', "[[1,[2]]]", "low", "high", "1e400", "9007199254740993", "é", "★★",
     "1,000", "²", "٣", "ı", "[" * 50, "\u2028", "nan%", "inf/10", "1/0", "0/0"]
)  # fmt: skip


HEADERS = [
    "unit",
    "id",
    "a",
    "b",
    "ann1",
    "ann2",
    "rater",
    "label",
    "worker_1",
    "label_1",
    "worker_2",
    "label_2",
    "notes",
    "gold",
    "score",
    "",
]


@given(
    st.lists(st.sampled_from(HEADERS), min_size=1, max_size=6, unique=True),
    st.data(),
)
def test_any_table_is_read_or_refused(tmp_path_factory, names, data):
    table = data.draw(st.lists(st.lists(PIECE, min_size=len(names), max_size=len(names)), max_size=6))
    path = tmp_path_factory.mktemp("t") / "r.jsonl"
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in table))
    level = data.draw(st.sampled_from([None, "nominal", "ordinal", "interval"]))
    try:
        found = read_ratings([path], Naming(), Wanted(level=level, as_is=data.draw(st.booleans())))
    except RewardlabError as error:
        assert str(error)  # noqa: PT017 - most tables are refused
    else:
        assert found.values.shape[0] == found.units
