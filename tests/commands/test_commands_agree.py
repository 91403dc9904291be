"""`rewardlab agree` as a person types it: published tables, every format, and files that are not as expected."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rewardlab
from rewardlab.formats.agreement import AGREE_FORMATS
from rewardlab.ratings import agreement, crosscheck

PUBLISHED = Path(__file__).parent.parent.parent / "fixtures" / "published"


def case_csv(name, key="data_csv"):
    return json.loads((PUBLISHED / f"agr_{name}.json").read_text())["input"][key]


@pytest.fixture
def ratings(tmp_path):
    """Write a file of ratings; returns its path."""

    def write(text, name="ratings.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("case", "key", "options", "shown"),
    [
        ("krippendorff2011_4x12", "data_csv", ["--level", "nominal"], "Krippendorff's alpha  0.743"),
        ("krippendorff2011_4x12", "data_csv", ["--level", "ordinal"], "Krippendorff's alpha   0.815"),
        ("krippendorff2011_4x12", "data_csv", ["--level", "interval"], "Krippendorff's alpha   0.849"),
        ("krippendorff2011_4x12", "data_csv", ["--level", "ratio"], "Krippendorff's alpha   0.797"),
        ("krippendorff_wikipedia_3x15", "data_csv", ["--level", "nominal"], "Krippendorff's alpha  0.691"),
        ("krippendorff_wikipedia_3x15", "data_csv", ["--level", "interval"], "Krippendorff's alpha   0.811"),
        ("krippendorff2011_sectA_B", "binary_csv", ["--level", "nominal"], "Krippendorff's alpha   0.095"),
        ("krippendorff2011_sectA_B", "nominal_csv", ["--level", "nominal"], "Krippendorff's alpha  0.692"),
        ("alpha_bootstrap_icr", "data_csv", ["--level", "nominal"], "0.086 to 1           0.146"),
        ("gwet_ac1_ac2_raw4raters", "data_csv", ["--level", "nominal"], "Gwet's AC1            0.775      0.461 to 1"),
        ("fleiss1971_psychiatric", "data_csv", ["--layout", "counts"], "Fleiss' kappa         0.430"),
        ("fleiss_wikipedia", "data_csv", ["--layout", "counts"], "Fleiss' kappa          0.210"),
        ("shrout_fleiss1979_icc", "data_csv", ["--level", "interval"], "ICC(2,1)                0.290"),
        ("shrout_fleiss1979_icc", "data_csv", ["--level", "interval"], "ICC(3,k)                0.909"),
        ("kendall_w", "nag_g08daf_csv", ["--level", "ordinal"], "Kendall's W            0.828"),
        ("kendall_w", "siegel_castellan1988_csv", ["--level", "ordinal"], "Kendall's W             0.656"),
        ("kendall_w", "irr_anxiety_csv", ["--level", "ordinal"], "Kendall's W             0.540"),
    ],
)
def test_each_published_table_gives_its_published_value(run, ratings, case, key, options, shown):
    code, out, error = run("agree", ratings(case_csv(case, key)), *options)
    assert (code in {0, 1, 4}, error) == (True, "")
    words = lambda text: " ".join(text.split())  # noqa: E731 - the columns' widths are the other rows'
    assert words(shown) in words(out)


AGREED = "unit,a,b,c\n" + "".join(f"u{i},{i % 5},{i % 5},{(i + (i % 10 == 0)) % 5}\n" for i in range(60))
PARTED = "unit,a,b\n" + "".join(f"u{i},{i % 3},{i // 3 % 3}\n" for i in range(60))


def test_exit_codes_are_the_verdicts(run, ratings):
    path = ratings(AGREED)
    assert [run("agree", path)[0], run("agree", ratings(PARTED, "p.csv"))[0]] == [0, 1]
    alpha = json.loads(run("agree", path, "--format", "json")[1])["whole"]["alpha"]
    code, out, _ = run("agree", path, "--min-alpha", (alpha["low"] + alpha["estimate"]) / 2)
    assert code == 4
    assert out.startswith("UNDECIDED  alpha 0.9")
    assert "further units would decide" in " ".join(out.split())
    assert run("agree", path, "--min-alpha", "7")[0] == 2
    assert run("agree", path, "--min-alpha", "nan")[0] == 2


def test_a_long_file_a_wide_one_and_every_container_say_the_same(run, ratings, tmp_path, monkeypatch):
    wide = [line.split(",") for line in AGREED.splitlines()]
    rows = [(row[0], wide[0][k], row[k]) for row in wide[1:] for k in (1, 2, 3)]
    long = "item;judge;score\n" + "".join(f"{u};{r};{v},0\n" for u, r, v in rows)
    lines = "".join(json.dumps({"id": u, "annotator": r, "label": int(v)}) + "\n" for u, r, v in rows)
    table = pa.table(
        {"unit": [u for u, _, _ in rows], "rater": [r for _, r, _ in rows], "value": [float(v) for *_, v in rows]}
    )
    pq.write_table(table, tmp_path / "r.parquet")
    paths = [ratings(AGREED), ratings(b"\xef\xbb\xbf" + long.replace("\n", "\r\n").encode(), "long.csv")]
    paths += [ratings(lines, "r.jsonl"), tmp_path / "r.parquet"]
    reports = [json.loads(run("agree", path, "--format", "json")[1]) for path in paths]
    assert {report["layout"] for report in reports} == {"wide", "long"}
    assert all(report["whole"] == reports[0]["whole"] for report in reports)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(AGREED.encode())))
    piped = json.loads(run("agree", "-", "--format", "json")[1])
    assert (piped["whole"], piped["source"]) == (reports[0]["whole"], "-")


def test_labels_have_the_order_that_is_given(run, ratings):
    text = "unit,a,b\n1,low,low\n2,mid,high\n3,high,high\n4,low,mid\n5,mid,mid\n"
    numbers = text.replace("low", "1").replace("mid", "2").replace("high", "3")
    report = lambda *arguments: json.loads(run("agree", *arguments, "--format", "json")[1])  # noqa: E731
    ordered = report(ratings(text), "--scale", "low,mid,high")
    assert (ordered["level"], ordered["level_assumed"]) == ("ordinal", True)
    same = report(ratings(numbers, "n.csv"), "--level", "ordinal", "--scale", "1,2,3")
    assert ordered["whole"]["alpha"] == same["whole"]["alpha"]
    known = report(ratings(text))
    assert (known["level"], known["whole"]["alpha"]) == ("ordinal", ordered["whole"]["alpha"])
    assert "known order: low < mid < high" in known["reading"][0]
    assert report(ratings(text), "--level", "nominal")["level"] == "nominal"
    assert report(ratings(text), "--as-is")["level"] == "nominal"
    assert [one["value"] for one in ordered["whole"]["given"]] == ["low", "mid", "high"]


def test_slices_are_measured_each_for_itself(run, ratings):
    rows = [f"u{i},{'sums' if i < 60 else 'proofs'},{i % 4},{i % 4 if i < 60 else i // 4 % 4}\n" for i in range(120)]
    path = ratings("unit,topic,a,b\n" + "".join(rows))
    code, out, _ = run("agree", path, "--by", "topic")
    assert "sums" in out
    report = json.loads(run("agree", path, "--by", "topic", "--format", "json")[1])
    assert [(one["slice"], one["units"], one["verdict"]) for one in report["slices"]] == [
        ("sums", 60, "sufficient"),
        ("proofs", 60, "insufficient"),
    ]
    assert code == {"sufficient": 0, "insufficient": 1, "undecided": 4}[report["verdict"]]


def test_the_labels_file_of_an_audit_has_prompts_for_clusters(run, ratings):
    rows = [f"p{i // 4},{i % 4},{who},{(i + (who == 'b' and i % 9 == 0)) % 2}\n" for i in range(80) for who in "ab"]
    report = json.loads(
        run("agree", ratings("prompt_id,index,annotator,label\n" + "".join(rows)), "--format", "json")[1]
    )
    assert (report["whole"]["units"], report["whole"]["clusters"], report["whole"]["alpha"]["units"]) == (80, 20, 20)


def test_no_variation_is_said_and_decides_nothing(run, ratings):
    code, out, _ = run("agree", ratings("unit,a,b\n1,yes,yes\n2,yes,yes\n3,yes,yes\n"))
    assert code == 4
    assert out.startswith("UNDECIDED  alpha undefined (no variation")
    assert "percent agreement             1" in out
    assert "rate units that should differ" in " ".join(out.split())


def test_skew_is_said(run, ratings):
    rows = [f"{i},{'yes' if i < 6 else 'no'},{'yes' if 6 <= i < 12 else 'no'}\n" for i in range(100)]
    out = " ".join(run("agree", ratings("unit,a,b\n" + "".join(rows)))[1].split())
    assert "94 % of all ratings are no, and AC1 is 0.92 above alpha" in out


def test_json_meets_its_shipped_schema(run, ratings):
    folder = Path(rewardlab.__file__).parent / "schemas"
    schema = json.loads((folder / "agree-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in (ratings(AGREED), ratings("unit,a,b\n1,yes,yes\n2,yes,yes\n", "flat.csv")):
        jsonschema.validate(json.loads(run("agree", path, "--format", "json")[1]), schema)
    from rewardlab.reports.agreement import AgreementReport
    from rewardlab.reports.section import json_schema

    assert schema == json_schema(AgreementReport), "run docs/write_schemas.py"


@pytest.mark.parametrize("format_", sorted(AGREE_FORMATS))
def test_every_format_goes_to_the_file_that_is_named(run, ratings, tmp_path, format_):
    path = ratings(AGREED)
    assert run("agree", path, "--format", format_, "--output", tmp_path / "out")[:2] == (0, "")
    assert (tmp_path / "out").read_text(encoding="utf-8") == run("agree", path, "--format", format_)[1]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", [], "ratings.csv: holds no rating"),
        ("\n\n", [], "holds no rating"),
        ("unit,a,b\n", [], "holds no rating"),
        ("unit,a,b\n1,,\n2,NA,nan\n", [], "holds no rating"),
        ("unit,a,b\n1,1,\n2,,2\n", [], "no unit has two ratings"),
        ("unit,a\n1,1\n2,2\n", [], "1 column of ratings beside unit"),
        ("unit,a,b\n1,1,inf\n2,2,2\n", [], "ratings.csv:2: rating 'inf' is infinite"),
        ("unit,a,b\n1,1,2\n2,2,3o\n", [], "ratings.csv:3: rating '3o'; expected a number, as other ratings are"),
        (
            "unit,a,b\n1,low,high\n2,low,low\n",
            ["--level", "ordinal"],
            "rating 'low'; expected numbers; name the labels",
        ),
        (
            "unit,a,b\n1,low,hihg\n2,low,low\n",
            ["--scale", "low,high"],
            "ratings.csv:2: rating 'hihg'; expected one of low",
        ),
        ("unit,a,b\n1,1,6\n2,2,2\n", ["--scale", "1,2,3,4,5"], "ratings.csv:2: rating '6'; expected one of 1, 2"),
        ("unit,a,b\n1,low,high\n2,low,low\n", ["--scale", "low,high", "--level", "ratio"], "labels have no distances"),
        ("unit,a,b\n1,1,2\n", ["--level", "metric"], "--level: no level 'metric'"),
        ("unit,a,b\n1,1,2\n2,-1,2\n", ["--level", "ratio"], "a rating of -1 at the ratio level"),
        ("unit,a,b\n1,1,2\n1,2,2\n", [], "ratings.csv:3: unit '1' is on line 2 already"),
        ("unit,rater,rating\n1,a,2\n2,b,1\n1,a,2\n", [], "ratings.csv:4: one unit is rated twice by 'a'"),
        ("unit,rater,rating\n1,a,2\n,b,1\n", [], "ratings.csv:3: a row without its unit"),
        ("unit,a,b\n1,1,2\n", ["--by", "topci"], "--by: no column 'topci'"),
        ("unit,a,b\n1,1,2\n", ["--raters", "a,c"], "--raters: no column 'c'"),
        ("unit,a,a\n1,1,2\n", [], "two columns 'a'"),
        ("unit,a,b\n1,1\n", [], "ratings.csv:2: 2 fields; expected 3"),
        ('unit,a,b\n1,"1,2\n', [], "is not CSV"),
        ("unit,rater,rating,t\n1,a,2,x\n1,b,1,y\n", ["--by", "t"], "ratings.csv:3: its unit is in two slices of 't'"),
        ("unit,a,b\n1,2,-1\n", ["--layout", "counts"], "ratings.csv:2: count '-1'"),
        ("unit,a,b\n1,999999999,1\n", ["--layout", "counts"], "more than a million ratings"),
        ("thing,who,what\n1,a,2\n", ["--layout", "long"], "no column says the unit"),
        ('{"unit": 1, "a": 1\n', [], "ratings.csv:1: is not JSON"),
        ('{"unit": 1, "a": 1}\n[]\n', [], "ratings.csv:2: is no JSON object"),
        (b"unit,a,b\n1,\xff,2\n", [], "ratings.csv:2: is not UTF-8"),
        (b"PAR1 but no more", [], "is no Parquet file"),
        (b"unit,a,b\n1,\x00,2\n", [], "holds a NUL character"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_2(run, ratings, text, options, message):
    code, out, error = run("agree", ratings(text), *options)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert message in error


def test_a_file_that_is_not_there_is_one_line(run, tmp_path):
    for path in (tmp_path / "no.csv", tmp_path):
        code, out, error = run("agree", path)
        assert (code, out, error.count("\n")) == (2, "", 1)
        assert "cannot be read" in error


def test_a_mismatch_with_the_krippendorff_package_is_a_bug(run, ratings, monkeypatch):
    wrong = lambda values, level, found: crosscheck.check_alpha(values, level, found + 1e-8)  # noqa: E731
    monkeypatch.setattr(agreement, "check_alpha", wrong)
    code, out, error = run("agree", ratings(AGREED))
    assert (code, out) == (3, "")
    assert "MismatchError: alpha (ordinal) is" in error


def test_full_disagreement_is_decided(run, ratings):
    code, out, _ = run("agree", ratings("unit,a,b\n" + "".join(f"u{i},{i % 2},{1 - i % 2}\n" for i in range(30))))
    assert code == 1
    assert out.startswith("INSUFFICIENT  alpha -0.967 (-1 to ")


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("huge", ["1e308", "1e9", "1e13", "1.7976931348623157e308"])
def test_huge_ratings_are_measured(run, ratings, level, huge):
    rows = "".join(f"u{i},{i % 3 + 1},{i // 3 % 3 + 1},{huge if i % 7 == 0 else i % 2 + 1}\n" for i in range(84))
    code, out, error = run("agree", ratings("unit,a,b,c\n" + rows), "--level", level)
    assert (code, error) == (1, "")
    assert "equal to the krippendorff package's within 1e-9" in " ".join(out.split())


def test_linear_weights_and_z_are_shown(run, ratings):
    path = ratings(AGREED)
    report = json.loads(run("agree", path, "--weights", "linear", "--format", "json")[1])
    assert report["weights"] == "linear"
    kappa = report["whole"]["pairs"][0]["kappa"]
    assert kappa["z"] > 10
    assert kappa["p_value"] < 1e-9
    assert "Gwet's AC2, linear" in run("agree", path, "--weights", "linear")[1]


def test_fleiss_kappa_of_unequal_numbers_is_named(run, ratings):
    rows = "".join(f"u{i},{i % 2},{i % 2},{'' if i % 3 else i // 2 % 2}\n" for i in range(40))
    out = " ".join(run("agree", ratings("unit,a,b,c\n" + rows))[1].split())
    assert "Fleiss' kappa above is Gwet's generalisation, and his own is 0." in out
