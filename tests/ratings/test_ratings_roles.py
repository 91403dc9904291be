"""Which columns hold ratings: those that share a vocabulary; what is left out is named, what is unclear refused."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardlab.errors import InputError, RewardlabError
from rewardlab.ratings.columns import read_columns
from rewardlab.ratings.layout import read_ratings, roles_of
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.roles import UnclearError

N = 40


def table(**columns):
    """CSV of columns, each a function of the row."""
    rows = [",".join(columns)]
    rows += [",".join(str(cell(i)) for cell in columns.values()) for i in range(N)]
    return "\n".join(rows) + "\n"


def yes(i, shift=0):
    return "yes" if (i * 7 + shift) % 10 < 6 else "no"


def five(i, shift=0):
    return (i * 3 + shift * (i % 4 == 0)) % 5 + 1


@pytest.fixture
def roles(tmp_path):
    def find(text, naming=None, name="r.csv"):
        path = tmp_path / name
        path.write_text(text)
        return roles_of(read_columns(path), naming or Naming())

    return find


BESIDE = {
    "text": lambda i: f"The answer number {i} is quite long",
    "topic": lambda i: "sums" if i % 2 else "proofs",
    "ann1_notes": lambda i: "" if i % 3 else f"odd {i % 2}",
    "length": lambda i: 20 + i * 7 % 90,
    "n_tokens": lambda i: i % 5 + 1,
    "created_at": lambda i: f"2026-01-{i % 28 + 1:02}T10:00:00Z",
    "lead_time": lambda i: 1.5 + i,
    "ann1_confidence": lambda i: i % 5 + 1,
    "gold": five,
    "majority_label": five,
    "mean_score": lambda i: five(i) + 0.5,
    "final_label": five,
    "worker_id": lambda i: f"w{i % 4}",
    "seen": lambda _: "",
    "Unnamed: 0": lambda i: i,
    "sha": lambda i: f"{i * 7919:08x}",
    "difficulty": five,
    "is_long": lambda i: i % 2,
    "k": lambda _: 7,
}


@pytest.mark.parametrize("beside", sorted(BESIDE))
@pytest.mark.parametrize("kind", [five, yes])
def test_a_column_beside_the_raters_is_left_out_and_named(roles, beside, kind):
    text = table(unit=lambda i: f"u{i}", alice=kind, **{beside: BESIDE[beside]}, bob=lambda i: kind(i, 1))
    found = roles(text)
    assert found.naming.raters == ("alice", "bob")
    assert found.naming.unit == ("unit",)
    assert found.notes[0].startswith(f"Left out: {beside} (")


def test_all_of_them_at_once_and_an_index_in_front(roles):
    text = table(**{"": lambda i: i}, **BESIDE, ann1=five, ann2=lambda i: five(i, 1), ann3=lambda i: five(i, 2))
    found = roles(text)
    assert found.naming.raters == ("ann1", "ann2", "ann3")
    assert "and 11 more (see --columns)" in found.notes[0]
    assert {role.column for role in found.roles if role.taken == "left out"} == {*BESIDE, ""} - {"Unnamed: 0"}
    assert found.naming.unit == ("Unnamed: 0",)


def test_rows_are_units_where_no_column_names_them(roles):
    found = roles(table(ann1=five, ann2=lambda i: five(i, 1)))
    assert (found.naming.unit, found.naming.raters) == ((), ("ann1", "ann2"))
    assert "each row is taken for one" in found.notes[0]
    found = roles(table(question=lambda i: f"What is {i} and {i}?", ann1=five, ann2=lambda i: five(i, 1)))
    assert (found.naming.unit, found.notes) == (("question",), ())


def test_raters_with_names_of_their_own_share_values(roles):
    found = roles(table(unit=lambda i: i, gpt4=five, claude=lambda i: five(i, 1), human1=five, human2=five))
    assert found.naming.raters == ("gpt4", "claude", "human1", "human2")
    found = roles(table(unit=lambda i: i, Meg=yes, Owen=lambda _: "yes", Ben=lambda i: "no" if i < 3 else ""))
    assert found.naming.raters == ("Meg", "Owen", "Ben")
    found = roles(table(unit=lambda i: i, a=lambda i: 1.5 + i * 3 % 17, b=lambda i: 2 + i * 5 % 16))
    assert found.naming.raters == ("a", "b")


@pytest.mark.parametrize(
    ("columns", "commands"),
    [
        (
            {"ann1": five, "ann2": five, "quality": five},
            ["--raters ann1,ann2", "--raters ann1,ann2,quality"],
        ),
        (
            {"alice": five, "bob": five, "steps": lambda i: i % 7 + 3},
            ["--raters alice,bob", "--raters alice,bob,steps"],
        ),
        (
            {"alice_good": five, "bob_good": five, "alice_safe": yes, "bob_safe": yes},
            ["--raters alice_good,bob_good", "--raters alice_safe,bob_safe"],
        ),
        (
            {"alice_good": five, "bob_good": five, "alice_safe": five, "bob_safe": five},
            ["--raters alice_good,bob_good", "--raters alice_safe,bob_safe", "--raters alice_good,alice_safe"],
        ),
        ({"judge": yes, "gold": yes}, ["--raters judge,gold"]),
        ({"ann1": yes, "weight": lambda i: 50 + i % 9}, ["--raters ann1,weight"]),
        ({"ann 1": yes, "it's, gold": yes}, ["""--raters 'ann 1,"it'"'"'s, gold"'"""]),
    ],
)
def test_what_is_not_clear_is_refused_with_the_command_that_would_do(roles, columns, commands, tmp_path):
    text = table(unit=lambda i: f"u{i}", **columns)
    if "it's, gold" in columns:
        text = text.replace("it's, gold", '"it\'s, gold"')
    with pytest.raises(UnclearError) as error:
        roles(text)
    said = error.value.lines.splitlines()
    assert [line.split("r.csv ")[1] for line in said][: len(commands)] == commands
    assert all(line.startswith(f"    rewardlab agree {tmp_path / 'r.csv'} --raters") for line in said)
    assert {role.column for role in error.value.roles} == {"unit", *columns}


def test_gpt_4_gpt_5_claude_4_claude_5_are_four_judges(roles):
    names = ("gpt_4", "gpt_5", "claude_4", "claude_5")
    assert roles(table(unit=lambda i: i, **dict.fromkeys(names, five))).naming.raters == names


def test_slots_become_pairs_of_rater_and_rating(tmp_path, roles):
    text = "id,worker_1,label_1,conf_1,worker_2,label_2,conf_2\na,w1,yes,1,w2,no,2\nb,w2,no,1,w3,no,3\nc,w3,yes,1,,,\n"
    found = roles(text)
    assert (found.naming.rater, found.naming.rating) == (("worker_1", "worker_2"), ("label_1", "label_2"))
    read = read_ratings([tmp_path / "r.csv"], Naming())
    assert (read.raters, read.units) == (("w1", "w2", "w3"), 3)
    assert read.notes[0] == "Each row holds 2 ratings: worker_1 gave label_1, worker_2 gave label_2."
    assert "conf_1 (by its name confidence)" in read.notes[1]
    named = Naming(rater=("worker_1", "worker_2"), rating=("conf_1", "conf_2"))
    assert read_ratings([tmp_path / "r.csv"], named).scale.labels == ()
    (tmp_path / "r.csv").write_text(text.replace("w2,no,2", ",no,2"))
    with pytest.raises(InputError, match=r"r.csv:2: a label_2 without its worker_2"):
        read_ratings([tmp_path / "r.csv"], Naming())


@pytest.mark.parametrize("who", ["Email Address", "rater", "participant_id"])
def test_a_row_for_each_person_is_refused_with_the_line_that_turns_it(roles, who):
    columns = {"Timestamp": lambda i: f"t{i}", who: lambda i: f"p{i}", "Q1": five, "Q2": lambda i: five(i, 1)}
    with pytest.raises(UnclearError, match="and the columns Q1, Q2") as error:
        roles(table(**columns))
    turn, keep = error.value.lines.splitlines()
    assert f".drop(columns=['Timestamp']).set_index('{who}').T" in turn
    assert keep.endswith(("--unit " + who, f"--unit '{who}'"))
    assert roles(table(**columns), Naming(unit=(who,))).naming.raters == ("Q1", "Q2")


def test_counts_of_categories_are_not_taken_for_raters(roles):
    text = table(
        unit=lambda i: f"u{i}", yes=lambda i: i % 4, no=lambda i: 3 - i % 4 - (i == 4), unsure=lambda i: int(i == 4)
    )
    with pytest.raises(UnclearError, match="each row of yes, no, unsure adds up to 3") as error:
        roles(text)
    assert [line.split("r.csv ")[1] for line in error.value.lines.splitlines()] == [
        "--unit unit --layout counts",
        "--unit unit --raters yes,no,unsure",
    ]
    assert roles(text, Naming(layout="counts")).naming.raters == ("yes", "no", "unsure")


def test_a_unit_by_a_vague_name_must_differ_from_row_to_row(roles):
    found = roles(table(prompt=lambda i: f"What is {i}?", task=lambda i: "ab"[i % 2], x=five, y=lambda i: five(i, 1)))
    assert (found.naming.unit, found.naming.raters) == (("prompt",), ("x", "y"))


def test_a_judge_beside_the_labels_of_others_is_a_rater(roles):
    found = roles(table(unit=lambda i: i, judge=yes, label=lambda i: yes(i, 1)))
    assert (found.naming.layout, found.naming.raters) == ("wide", ("judge", "label"))


@pytest.mark.parametrize("other", [("TRUE", "FALSE"), ("pass", "fail"), ("1", "0"), ("Y", "N")])
def test_raters_who_write_yes_in_words_of_their_own_are_raters(roles, tmp_path, other):
    said = {"yes": other[0], "no": other[1]}
    found = roles(table(unit=lambda i: f"u{i}", ann1=yes, ann2=lambda i: said[yes(i)], length=lambda i: 9 + i))
    assert found.naming.raters == ("ann1", "ann2")
    read = read_ratings([tmp_path / "r.csv"], Naming())
    assert (read.values[:, 0] == read.values[:, 1]).all()
    assert len(read.scale.labels) == 2


@pytest.mark.parametrize(
    "made",
    [
        lambda a, b: a == b,
        lambda a, b: int(a != b),
        lambda a, b: a - b,
        lambda a, b: abs(a - b),
        lambda a, b: a + b,
        lambda a, b: (a + b) / 2,
    ],
)
@pytest.mark.parametrize("kind", [five, lambda i, shift=0: int(yes(i, shift) == "yes")])
def test_what_is_computed_from_two_raters_is_no_third(roles, made, kind):
    columns = {
        "unit": lambda i: f"u{i}",
        "al": kind,
        "bo": lambda i: kind(i, 1),
        "x": lambda i: made(kind(i), kind(i, 1)),
    }
    assert roles(table(**columns)).naming.raters == ("al", "bo")


def test_a_rater_who_agrees_with_another_is_one(roles):
    one = {"al": lambda i: int(i != 3), "bo": lambda i: int(i != 4), "cy": lambda i: int(i != 3)}
    assert roles(table(unit=lambda i: i, **one)).naming.raters == ("al", "bo", "cy")
    with pytest.raises(UnclearError, match="bo: a rater's ratings, or something else"):
        roles(table(unit=lambda i: i, **(one | {"bo": lambda _: 1})))
    assert roles(table(unit=lambda i: i, al=yes, bo=yes, cy=yes)).naming.raters == ("al", "bo", "cy")


def test_two_columns_of_ratings_alone_have_rows_for_units(roles):
    assert roles(table(alice=yes, bob=lambda i: yes(i, 1))).naming.unit == ()


def test_two_passes_of_two_raters_are_a_grid(roles):
    names = ("r1_pass1", "r1_pass2", "r2_pass1", "r2_pass2")
    with pytest.raises(UnclearError, match="several raters' ratings of several things"):
        roles(table(unit=lambda i: i, **dict.fromkeys(names, yes)))


def test_names_that_begin_alike_are_a_family(roles):
    names = ("score_model_graded_qa", "score_model_graded_fact", "score_match")
    assert roles(table(unit=lambda i: i, **dict.fromkeys(names, yes))).naming.raters == names


def test_sets_of_labels_share_their_labels(roles):
    labels = {"ann1": "toxic,insult", "ann2": "insult,toxic", "ann3": "toxic"}
    columns = {name: lambda i, said=said: f'"{said}"' if i % 3 else "none" for name, said in labels.items()}
    assert roles(table(unit=lambda i: i, **columns)).naming.raters == ("ann1", "ann2", "ann3")


def test_two_columns_tell_the_units_of_a_long_file_apart(roles):
    rows = [f"c{i // 4},{i // 2 % 2},{'ab'[i % 2]},{['none', 'mild', 'severe'][i % 3]}" for i in range(60)]
    naming = roles("conversation,turn,annotator,toxicity\n" + "\n".join(rows)).naming
    assert (naming.unit, naming.rater, naming.rating) == (("conversation", "turn"), ("annotator",), ("toxicity",))


def test_a_row_that_sums_up_is_told(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("id,a,b\n1,2,3\n2,3,3\nAverage,2.5,3\n")
    assert "The last unit is called 'Average'" in read_ratings([path], Naming()).notes[0]


def test_numbers_that_never_change_are_no_raters(roles):
    with pytest.raises(UnclearError):
        roles(table(unit=lambda i: i, limit=lambda _: 0, depth=lambda _: 0))


def test_ranks_are_ratings_where_nothing_else_is(roles):
    assert roles(table(item=lambda i: i, rank_al=five, rank_bo=five)).naming.raters == ("rank_al", "rank_bo")
    found = roles(table(item=lambda i: i, al=five, bo=five, prediction=five, y_true=five))
    assert found.naming.raters == ("al", "bo")


def test_what_a_user_says_is_no_rater(roles):
    text = table(id=lambda i: i, user=lambda i: f"what is the sum of {i} and 1", score=five, ann1=five, ann2=five)
    with pytest.raises(UnclearError) as error:
        roles(text)
    assert "--raters ann1,ann2\n" in error.value.lines


@pytest.mark.parametrize(
    "header", ["id,annotator1_id,annotator1_label,annotator2_id,annotator2_label", "id,rater 1,score 1,rater 2,score 2"]
)
def test_slots_are_told_by_their_numbers(roles, header):
    found = roles(header + "\na,w1,4,w2,5\nb,w2,3,w3,3\n")
    assert [len(found.naming.rater), len(found.naming.rating)] == [2, 2]


def test_slots_with_two_sets_of_ratings_are_refused_with_both_commands(roles):
    text = "id,worker_1,tone_1,truth_of_1,worker_2,tone_2,truth_of_2\na,w1,yes,1,w2,no,2\nb,w2,no,1,w3,no,3\n"
    with pytest.raises(UnclearError) as error:
        roles(text.replace("truth_of", "depth"))
    assert [line.split("r.csv ")[1] for line in error.value.lines.splitlines()] == [
        "--rater worker_1,worker_2 --rating tone_1,tone_2",
        "--rater worker_1,worker_2 --rating depth_1,depth_2",
    ]


def long(*names):
    rows = [",".join(names)]
    cells = {
        "annotator": lambda u, r: f"ann{r}", "id": lambda u, r: u, "row_id": lambda u, r: 2 * u + r,
        "annotation_id": lambda u, r: 100 + 2 * u + r, "text": lambda u, r: f"text {u}", "tone": yes,
        "depth": five, "kind": lambda u, r: u % 3, "lead_time": lambda u, r: u * 1.5 + r,
        "score": five, "label": yes, "notes": lambda u, r: f"n{u * r % 3}",
    }  # fmt: skip
    rows += [",".join(str(cells[name](u, r)) for name in names) for u in range(20) for r in range(2)]
    return "\n".join(rows) + "\n"


def test_the_rating_of_a_long_file_is_what_differs_within_a_unit(roles):
    found = roles(long("annotation_id", "id", "text", "kind", "annotator", "tone", "notes", "lead_time"))
    naming = found.naming
    assert (naming.unit, naming.rater, naming.rating) == (("id",), ("annotator",), ("tone",))
    assert "kind (by its name a property of the unit)" in found.notes[0]
    assert roles(long("row_id", "text", "annotator", "label", "kind")).naming.unit == ("text",)


@pytest.mark.parametrize(("one", "other"), [("tone", "depth"), ("score", "label")])
def test_two_columns_of_ratings_in_a_long_file_are_refused(roles, one, other):
    with pytest.raises(UnclearError) as error:
        roles(long("id", "annotator", one, other))
    found = [line.split("r.csv ")[1] for line in error.value.lines.splitlines()]
    assert sorted(found) == sorted(f"--unit id --rater annotator --rating {name}" for name in (one, other))


def test_columns_says_what_each_was_taken_for(run, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(table(unit=lambda i: f"u{i}", ann1=five, ann2=five, ann1_notes=lambda i: f"n{i % 2}"))
    code, out, error = run("agree", path, "--columns")
    assert (code, error) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[:5]] == ["column", "unit", "ann1", "ann2", "ann1_notes"]
    assert "ann1_notes  left out   by its name notes" in out
    assert "wide: a column for each rater" in out
    path.write_text(table(unit=lambda i: f"u{i}", ann1=five, ann2=five, quality=five))
    code, out, error = run("agree", path, "--columns")
    assert (code, error) == (2, "")
    assert "quality  unclear" in out
    assert f"rewardlab agree {path} --raters ann1,ann2\n" in out
    assert run("agree", path)[:2] == (2, "")


def test_a_thousand_columns_and_a_long_cell_are_no_trouble(roles):
    names = [f"u{i}" for i in range(1500)]
    text = ",".join(["key", *names]) + "\n"
    text += "".join(f"k{i}," + ",".join(str((i * 7 + place) % 5) for place in range(1500)) + "\n" for i in range(12))
    assert len(roles(text).naming.raters) == 1500
    text = "unit,chat,ann1,ann2\n" + "".join(f"{i},{'word ' * 40_000},{i % 3},{i % 3}\n" for i in range(4))
    assert roles(text).naming.raters == ("ann1", "ann2")
    digits = "1" * 5000
    assert roles(f"id,worker_{digits},label_{digits},worker_2,label_2\na,w,yes,v,no\n").naming.layout == "long"


def test_parquet_of_any_type_is_read_or_refused(tmp_path):
    values = {
        "unit": pa.array(range(9)),
        "a": pa.array([i % 3 for i in range(9)], pa.int8()).dictionary_encode(),
        "b": pa.array([str(i % 3) for i in range(9)], pa.large_string()),
        "t": pa.array([10**18 + i for i in range(9)], pa.timestamp("ns", "UTC")),
        "d": pa.array([10**6 + i for i in range(9)], pa.duration("ns")),
        "time": pa.array([10**6 + i for i in range(9)], pa.time64("ns")),
        "date": pa.array(range(9), pa.date32()),
        "decimal": pa.array([Decimal(i) for i in range(9)], pa.decimal128(9, 2)),
        "binary": pa.array([b"\xff\x00"] * 9),
        "list": pa.array([[1, 2]] * 9),
        "struct": pa.array([{"x": 1, "y": None}] * 9),
        "map": pa.array([[("k", 1)]] * 9, pa.map_(pa.string(), pa.int8())),
        "null": pa.nulls(9),
        "float16": pa.array(np.arange(9, dtype=np.float16)),
        "bool": pa.array([True, False, None] * 3),
    }
    for name in [None, *values]:
        kept = values if name is None else {key: one for key, one in values.items() if key in {"unit", "a", "b", name}}
        path = tmp_path / "r.parquet"
        pq.write_table(pa.table(kept), path)
        found = read_ratings([path], Naming(raters=("a", "b")))
        assert found.values[:, 0].tolist() == [i % 3 for i in range(9)]
        try:
            read_ratings([path], Naming())
        except RewardlabError as error:
            assert str(path) in str(error)  # noqa: PT017 - some of them are unclear
