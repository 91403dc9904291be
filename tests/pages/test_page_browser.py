"""The page in a real Chromium: it renders, filters, opens links, labels, and obeys no text of the run."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rewardlab.labels import read_annotations
from tests.pages.hostile import MARKERS, audited

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def path(hostile):
    return hostile.folder / "report.html"


@pytest.fixture(scope="module")
def desk(opened_once, path):
    return opened_once(path)


@pytest.fixture(autouse=True)
def fresh(request):
    """Each test finds the page as it was opened."""
    if "desk" in request.fixturenames:
        request.getfixturevalue("desk").run("group.dialog.open && group.close(); clearFilters(); labels.given.clear()")


def shown(browser):
    """The rows that the filters leave, as the page counts them and as the table holds them."""
    count, held = browser.run("return [listed().length, table.getDataCount('active')]")
    assert count == held
    return count


def test_the_first_screen_says_verdict_reasons_next_step_and_success(desk, hostile):
    text = desk.run("return document.querySelector('.verdict').innerText")
    assert {"go": "GO", "no_go": "NO-GO", "inconclusive": "INCONCLUSIVE"}[hostile.verdict] in text
    for part in (hostile.next_step.text, "a score of at least", "the band 5 % to 95 %"):
        assert part.casefold() in " ".join(text.split()).casefold()


def test_nothing_complains_nothing_is_requested_and_no_text_is_obeyed(opened, path):
    browser = opened(path)
    for row in range(0, 120, 5):
        browser.run("group.open(lab.rows[arguments[0]], lab.rows)", row)
    browser.run("group.close(); table.setSort('text', 'desc')")
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert browser.complaints() == []
    assert browser.requests() == set()
    assert browser.run("return window.fired") is None
    assert browser.run("return document.querySelectorAll('img, iframe, script, b').length") == 2  # its own two scripts


def test_an_error_in_the_page_would_be_seen(opened, path):
    browser = opened(path)
    browser.run(
        "const one = document.createElement('img'); one.src = 'https://example.invalid/a'; document.body.append(one)"
    )
    browser.wait("return true")
    assert any("Content Security Policy" in one for one in browser.complaints())


def test_hostile_texts_are_shown_as_texts(desk):
    desk.run("group.open(lab.rows.find((row) => row.id === arguments[0] && row.index === 1))", MARKERS[0])
    text = desk.run("return group.dialog.innerText")
    assert f"0+20 {MARKERS[0]}" in text
    assert r"abc\u202egnp.exe \x07\x1b[31m red \u2028 next" in desk.run("return lab.rows[9].text")


def test_a_line_of_a_megabyte_is_cut_with_a_note(desk, path):
    text = desk.run("return lab.rows[4].text")
    assert len(text) < 21_000
    assert text.startswith("one line of a megabyte")
    assert text.endswith("x 99999")
    assert "characters left out" in text
    assert path.stat().st_size < 700_000


def test_each_finding_opens_exactly_its_generations(desk, hostile):
    raised = next(place for place, one in enumerate(hostile.findings) if one.code == "RL201")
    desk.run(f"document.querySelector('[data-finding=\"{raised}\"]').click()")
    assert desk.run("return listed().every((row) => row.reason === 'raised')")
    assert shown(desk) == desk.run("return lab.rows.filter((row) => row.reason === 'raised').length") == 3


@pytest.mark.parametrize(
    ("key", "value", "test"),
    [
        ("side", "success", "row.right === 1"),
        ("side", "reads wrong", "row.read === 'wrong'"),
        ("side", "near miss", "row.right === 0 && row.span"),
        ("reason", "raised", "row.reason === 'raised'"),
        ("flat", "informative", "row.flat === ''"),
        ("flat", "all right", "row.flat === 'all_right'"),
        ("odd", "disagreement", "new Set(row.judges.map((one) => one.right)).size > 1 || row.odd > 0 || row.read"),
        ("length", "1000", "row.length >= 1000"),
    ],
)
def test_a_filter_keeps_what_it_says(desk, key, value, test):
    desk.run(f"document.getElementById('by-{key}').value = arguments[0]; applyFilters()", value)
    assert 0 < shown(desk) < 120
    assert desk.run(f"return listed().every((row) => {test})")


@pytest.mark.parametrize("field", ["score", "length", "text", "id", "queue"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_the_keys_go_through_the_rows_in_the_order_of_the_table(desk, field, direction):
    desk.run("table.setSort(arguments[0], arguments[1])", field, direction)
    ours, theirs = desk.run("return [listed().map((row) => row.n), table.getData('active').map((row) => row.n)]")
    assert ours == theirs
    desk.run("table.clearSort()")


def test_a_search_finds_texts_prompts_and_ids(desk):
    desk.run("document.getElementById('search').value = 'P 20: A/B'; applyFilters()")
    assert shown(desk) == 5
    desk.run("document.getElementById('search').value = 'surely'; applyFilters()")
    assert shown(desk) == 22


@pytest.mark.parametrize("place", [0, 8, 20])
def test_a_link_opens_its_generation(opened, desk, path, place):
    row = desk.run(
        "return {id: lab.rows[arguments[0] * 5 + 2].id, link: linkOf(lab.rows[arguments[0] * 5 + 2])}", place
    )
    desk.run("location.hash = arguments[0]", row["link"])
    desk.wait("return group.dialog.open")
    assert desk.run("return [group.row.id, group.row.index]") == [row["id"], 2]
    assert desk.run("return document.querySelector('.generation.chosen .index').textContent") == "[2]"


def test_a_link_opens_from_the_address_bar(opened, path):
    browser = opened(path, link="#gen=p%2020%3A%20a%2Fb:3")
    assert browser.run("return [group.dialog.open, group.row.id, group.row.index]") == [True, "p 20: a/b", 3]


def test_a_link_to_what_the_page_does_not_hold_says_so(desk):
    desk.run("location.hash = '#gen=nobody:3'")
    assert desk.wait("return document.getElementById('labelled').textContent") == (
        "This page does not hold generation 3 of nobody."
    )
    assert not desk.run("return group.dialog.open")


def test_the_group_shows_all_generations_the_best_score_first(desk):
    desk.run("group.open(lab.rows[47])")
    scores = desk.run("return [...document.querySelectorAll('.generation .score')].map((one) => one.textContent)")
    assert scores == ["1", "1", "1", "0", "0"]
    assert desk.run("return document.querySelector('.pair section pre').textContent") == "surely 30"
    assert desk.run("return document.querySelector('.reference pre').textContent") == "29"
    assert desk.run("return [...document.querySelectorAll('mark')].map((one) => one.textContent)")


def test_an_unscored_generation_says_why(desk):
    desk.run("group.open(lab.rows.find((row) => row.reason === 'raised'))")
    said = desk.run("return document.querySelector('.generation.chosen p.unscored').textContent")
    assert said.startswith("raised: ")
    assert "<img src=x onerror=window.fired=1> boom" in said


def test_keys_go_on_label_and_close(desk):
    desk.run("group.open(lab.rows[0], lab.rows)")
    desk.keys("\ue014", "\ue014", "r")  # arrow right, twice
    assert desk.run("return [group.row.n, labels.of(group.row)]") == [2, "right"]
    desk.keys("]", "w", "[", "\ue012", "u")
    assert desk.run("return [...labels.given.values()]") == ["right", "wrong", "unsure"]
    desk.keys("\ue00c")
    assert desk.run("return group.dialog.open") is False


def test_labels_come_back_as_a_file_that_an_audit_takes(desk, hostile, tmp_path):
    desk.run(
        "labels.give(lab.rows[1], 'right'); labels.give(lab.rows[2], 'wrong'); labels.give(lab.rows[103], 'unsure')"
    )
    desk.run(
        "document.getElementById('annotator').value = 'ann, \"a\"'; document.getElementById('save-labels').click()"
    )
    saved = read_annotations(desk.downloaded("labels.csv"))
    assert saved == {
        (MARKERS[0], 1): {'ann, "a"': 1.0},
        (MARKERS[0], 2): {'ann, "a"': 0.0},
        ("p 20: a/b", 3): {'ann, "a"': 0.5},
    }
    again = audited(tmp_path, 24, labels=str(desk.downloaded("labels.csv")))
    assert again.reward.labels is not None
    assert again.reward.labels.labelled == 3


def test_labels_of_the_run_are_shown_kept_and_not_asked_for_again(opened, tmp_path):
    given = tmp_path / "given.csv"
    given.write_text("prompt_id,index,annotator,label\np 20: a/b,2,bo,wrong\np 20: a/b,0,bo,right\n")
    browser = opened(audited(tmp_path, 24, labels=str(given)).folder / "report.html")
    browser.run("group.open(lab.rows[102])")
    assert "label of bo\nwrong" in browser.run("return document.querySelector('.generation.chosen').innerText")
    assert browser.run("return lab.rows[102].queue > 0 && !queueOf(lab.rows).includes(lab.rows[102])")
    browser.run("labels.give(lab.rows[101], 'right'); labels.give(lab.rows[100], 'wrong')")
    browser.run("document.getElementById('annotator').value = 'bo'; document.getElementById('save-labels').click()")
    assert read_annotations(browser.downloaded("labels.csv")) == {
        ("p 20: a/b", 2): {"bo": 0.0},
        ("p 20: a/b", 0): {"bo": 0.0},  # the new one in place of the old
        ("p 20: a/b", 1): {"bo": 1.0},
    }


def test_the_queue_puts_the_most_telling_first_and_leaves_out_what_is_labelled(desk):
    queue = desk.run("return queueOf(lab.rows).map((row) => [row.n, row.queue, row.because])")
    assert [one[1] for one in queue] == sorted((one[1] for one in queue), reverse=True)
    assert "its text contradicts the reward" in queue[0][2]
    desk.run("labels.give(lab.rows[arguments[0]], 'wrong')", queue[0][0])
    assert desk.run("return queueOf(lab.rows)[0].n") == queue[1][0]


def test_the_filtered_rows_come_as_csv(desk):
    desk.run("document.getElementById('by-reason').value = 'raised'; applyFilters()")
    desk.run("document.getElementById('save-rows').click()")
    rows = list(csv.DictReader(desk.downloaded("generations.csv").read_text().splitlines()))
    assert len(rows) == 3
    assert {row["reason"] for row in rows} == {"raised"}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_hinders_those_who_see_or_hear_it_otherwise(opened, path, width, dark):
    browser = opened(path, width=width, height=844, dark=dark)
    browser.run(AXE.read_text())
    for state in ("", "group.open(lab.rows[52], lab.rows)"):
        browser.run(state)
        found = browser.driver.execute_async_script(
            "axe.run(document, {resultTypes: ['violations']}).then((all) => arguments[0](all.violations.map("
            "(one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + node.failureSummary)])))"
        )
        assert found == []
    assert browser.run("return document.documentElement.scrollWidth") <= width
