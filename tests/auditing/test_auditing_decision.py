"""How findings and doubts become a verdict and one next step."""

from __future__ import annotations

import pytest

from rewardlab.auditing.decision import decide
from rewardlab.findings import CATALOGUE, Finding
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.run import ask_all, band, further
from rewardlab.probes.run.question import Question, Targets
from tests.conftest import groups_of
from tests.measurement.test_measurement_scores import answers_of, measured


def question(groups, *, platform="smtj", success_at=None, **targets):
    return Question(
        measured(groups, success_at=success_at), answers_of(groups), Targets(**targets), PLATFORMS[platform]
    )


def decided(asked):
    return decide(asked, ask_all(asked))


@pytest.mark.parametrize(
    ("codes", "action"),
    [
        (["RL601"], "sft_first"),
        (["RL602"], "harder_prompts"),
        (["RL304"], "fix_data"),
        (["RL304", "RL601"], "sft_first"),
        (["RL201", "RL601"], "fix_reward"),
        (["RL502"], "fix_judges"),
        (["RL502", "RL602"], "fix_judges"),
        (["RL402", "RL502"], "fix_reward"),
        (["RL604"], "fix_data"),
        (["RL701"], "fix_data"),
    ],
)
def test_the_first_cause_decides_what_to_do(codes, action):
    asked = question(groups_of({4: 120}))
    decision = decide(asked, [Finding(code, "blocker", {}) for code in codes])
    assert (decision.verdict, decision.action, set(decision.reasons)) == ("no_go", action, set(codes))
    assert CATALOGUE[decision.reasons[0]].remedy == decision.text


def test_each_way_of_breaking_the_contract_is_a_finding_of_its_own():
    asked = question([["RL103 nan", "RL102 none"]] * 40 + [["RL104 null", 1]] + [[0, 1]] * 160)
    found = [finding for finding in ask_all(asked) if finding.code.startswith("RL10")]
    assert [(one.code, one.severity, one.evidence["generations"]) for one in found] == [
        ("RL102", "blocker", 40),
        ("RL103", "blocker", 40),
        ("RL104", "warning", 1),
    ]
    assert [one["detail"] for one in found[2].evidence["examples"]] == ["RL104 null"]


def test_warnings_do_not_block():
    assert decide(question(groups_of({4: 120})), [Finding("RL701", "warning", {})]).verdict == "go"


def test_a_go_names_the_smallest_group_that_reaches_the_target():
    decision = decided(question(groups_of({4: 120})))
    assert decision.text == "Train, with groups of at least 2 generations; of 8, 100 % carry a gradient."


def test_a_small_default_group_is_a_warning_where_a_larger_one_would_do():
    """SageMaker training jobs default to groups of 2; at 12.5 % accuracy those carry too little."""
    asked = question(groups_of({0: 120, 1: 40, 2: 20, 4: 10, 8: 10}))
    (finding,) = [finding for finding in ask_all(asked) if finding.code == "RL304"]
    assert (finding.severity, finding.evidence["platform_default"], finding.evidence["smallest_group"]) == (
        "warning",
        2,
        8,
    )
    assert finding.remedy.startswith("Set number_generation to at least 8")
    assert decided(asked).verdict == "go"
    assert not [f for f in ask_all(question(groups_of({4: 120}), platform="bedrock")) if f.code == "RL304"]


def test_graded_scores_are_held_against_the_largest_group_sampled():
    asked = question([[0.1, 0.4, 0.6, 0.9]] * 120, success_at=0.5)
    assert decided(asked).verdict == "go"
    assert decided(asked).text.startswith("Train, with groups of at least 2 generations; of 4")


def test_spread_between_prompts_only_is_told():
    codes = {finding.code for finding in ask_all(question(groups_of({0: 100, 8: 100})))}
    assert {"RL304", "RL305"} <= codes


def test_an_estimate_on_its_threshold_does_not_ask_for_endless_prompts():
    decision = decided(question(groups_of({0: 160, 4: 40}), band=(0.1, 0.95)))
    assert (decision.verdict, decision.action, decision.further_prompts) == ("inconclusive", "sample_more", None)
    assert "lies on a threshold" in decision.text


def test_the_further_prompts_are_expected_to_decide():
    """A run that is undecided, repeated until it has the prompts it asked for, decides."""
    histogram = {0: 150, 1: 30, 2: 12, 4: 6, 8: 2}
    asked = question(groups_of(histogram), min_informative=0.1)
    more = decided(asked).further_prompts
    assert more is not None
    times = -(-(200 + more) // 200)
    again = question(groups_of({c: count * times for c, count in histogram.items()}), min_informative=0.1)
    assert decided(again).verdict == "go"


def test_a_number_that_varies_tenfold_is_told_with_its_range():
    decision = decided(question(groups_of({0: 150, 1: 30, 2: 12, 4: 6, 8: 2}), min_informative=0.1))
    low, high = decision.further_range
    assert low < decision.further_prompts
    assert high is None or high >= 10 * low
    assert f" It may take {low:,} to " in decision.text
    # Only too few for any verdict: nothing is vague.
    assert decided(question(groups_of({4: 60}))).further_range is None


def test_further_prompts_count_that_some_will_be_unscored():
    """One in fifty prompts is never scored: as failures they lie nearer to the band's end, and so do those to come."""
    histogram = {0: 150, 1: 20, 2: 12, 4: 10, 8: 8}
    whole, part = question(groups_of(histogram)), question([*groups_of(histogram), *[["raised"] * 8] * 4])
    one, other = further.of_band(whole), further.of_band(part)
    assert one.units * 1.02 < other.units
    assert not band.unscored_decide(part)


def test_prompts_that_were_all_scored_but_in_part_need_a_hundred_that_count():
    asked = question([*groups_of({4: 60}), *[["raised"] * 8] * 20], success_at=1)
    assert further.of_band(asked).units == 54  # 134 in all, of which three in four are scored


def test_unscored_generations_on_both_sides_of_an_end_are_to_be_repaired():
    groups = groups_of({0: 150, 1: 30, 2: 12, 4: 6, 8: 2})
    for group in groups[150:175]:
        group[0] = "raised"
    asked = question(groups, min_informative=0.1, success_at=1)
    decision = decide(asked, list(band.ask(asked)))
    assert (decision.verdict, decision.action) == ("inconclusive", "fix_reward")
    assert "counted as failures or as successes" in decision.text


def test_eight_generations_are_not_advised_where_eight_were_sampled():
    decision = decide(question([[0, *["raised"] * 7]] * 80 + [[1, *["raised"] * 7]] * 80), [])
    assert decision.action == "fix_reward"
    assert "-n 8" not in decision.text


def test_an_undecided_signal_says_how_many_prompts_would_decide():
    decision = decided(question(groups_of({0: 95, 1: 5, 2: 20, 8: 10})))
    assert decision.reasons == ("RL304",)
    assert decision.further_prompts is not None
    assert decision.further_prompts > 0


def test_one_generation_a_prompt_shows_no_group():
    decision = decided(question([[1], [0]] * 80))
    assert (decision.verdict, decision.action, decision.further_prompts) == ("inconclusive", "sample_more", None)
    assert "sample more generations per prompt" in decision.text


def undecided_judges(**evidence):
    """What RL502 tells of judges whose agreement does not decide; everything else says GO."""
    told = {"alpha": 0.7, "low": 0.6, "high": 0.8, "further_prompts": 819} | evidence
    return decide(question(groups_of({4: 120})), [Finding("RL502", "warning", told)])


def test_judges_whose_alpha_does_not_decide_need_more_prompts():
    decision = undecided_judges()
    assert (decision.verdict, decision.action, decision.reasons) == ("inconclusive", "sample_more", ("RL502",))
    assert decision.further_prompts == 819
    assert decision.text.startswith("About 819 further judged prompts")


def test_an_alpha_on_its_threshold_does_not_ask_for_endless_prompts():
    decision = undecided_judges(alpha=0.668, further_prompts=None)
    assert (decision.verdict, decision.action, decision.further_prompts) == ("inconclusive", "sample_more", None)
    assert "alpha lies on its threshold" in decision.text


def test_an_undefined_agreement_is_not_a_go_and_says_why():
    told = {"alpha": None, "undefined": "every verdict is the same"}
    decision = decide(question(groups_of({4: 120})), [Finding("RL502", "warning", told)])
    assert (decision.verdict, decision.action, decision.reasons) == ("inconclusive", "fix_judges", ("RL502",))
    assert decision.text.startswith("The judges' agreement is undefined (every verdict is the same): ")


def test_a_doubt_about_the_baseline_comes_before_one_about_the_judges():
    told = {"alpha": 0.7, "low": 0.6, "high": 0.8, "further_prompts": 20}
    decision = decide(question(groups_of({4: 20})), [Finding("RL502", "warning", told)])
    assert decision.reasons == ("RL603", "RL502")
    assert decision.text.startswith("About 80 further prompts")


@pytest.mark.parametrize("other", ["RL401", "RL402", "RL405", "RL407", "RL201", "RL409"])
def test_length_is_told_after_what_it_follows_from(other):
    """A reward that pays wrong answers often pays long ones: the next step is about the answers."""
    found = [Finding("RL404", "blocker", {}), Finding(other, "blocker", {})]
    decision = decide(question(groups_of({4: 120})), found)
    assert decision.reasons == (other, "RL404")
    assert decision.text == CATALOGUE[other].remedy


@pytest.mark.parametrize(
    ("found", "order"),
    [
        ([("RL402", {}), ("RL405", {}), ("RL407", {})], ["RL405", "RL402", "RL407"]),
        ([("RL201", {}), ("RL402", {})], ["RL402", "RL201"]),
        ([("RL306", {}), ("RL402", {}), ("RL407", {"exchanged": 9})], ["RL407", "RL306", "RL402"]),
        ([("RL401", {}), ("RL407", {"ways": []})], ["RL401", "RL407"]),
    ],
)
def test_what_sampled_answers_show_is_told_before_what_made_up_ones_do(found, order):
    blockers = [Finding(code, "blocker", evidence) for code, evidence in found]
    decision = decide(question(groups_of({4: 120})), blockers)
    assert (list(decision.reasons), decision.text) == (order, CATALOGUE[order[0]].remedy)


def test_a_reward_that_raises_on_sampled_answers_is_mended_first():
    asked = question([["raised", 1]] * 60 + [[0, 1]] * 60)
    decision = decide(asked, [Finding("RL201", "blocker", {}), Finding("RL402", "blocker", {})])
    assert decision.reasons == ("RL201", "RL402")


def test_length_alone_is_told_as_what_it_is():
    decision = decide(question(groups_of({4: 120})), [Finding("RL404", "blocker", {}), Finding("RL502", "blocker", {})])
    assert (decision.reasons, decision.action) == (("RL404", "RL502"), "fix_reward")
