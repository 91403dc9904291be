"""The report's section on judges: each field says what was measured, and what is undefined stays so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import rewardlab
from rewardlab.auditing.judge_reporting import build_judges
from rewardlab.probes.judge.trust import panel_trust
from rewardlab.ratings.alpha import STRONG_ALPHA
from rewardlab.stats.interval import Undefined
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, about, asked, closer, given
from tests.probes.judge.judges import ANN, BEN, likes_length, silent

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 2, (100, 4)).astype(float)


def wrong(share, seed):
    return np.where(np.random.default_rng(seed).random(TRUTH.shape) < share, 1 - TRUTH, TRUTH)


def section(*panel, **known):
    return build_judges(panel_trust(about(*panel, **known)))


def estimates(quantity):
    return quantity.estimate, quantity.low, quantity.high


@pytest.fixture(scope="module")
def panel():
    """Two judges that err on their own in one of ten, one that likes what is long, and one that compares pairs."""
    question = asked((ANN, BOOLEAN), (BEN, BOOLEAN), (likes_length, BOOLEAN), (closer, PAIRWISE))
    return panel_trust(question), build_judges(panel_trust(question))


def test_the_section_meets_the_shipped_schema(panel):
    schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "report-1.json").read_text())
    part = {"$defs": schema["$defs"], "$ref": "#/$defs/Judges"}
    jsonschema.Draft202012Validator(part).validate(json.loads(panel[1].model_dump_json()))


def test_alpha_is_that_of_single_responses_and_each_agreement_is_kept(panel):
    trust, found = panel
    assert [one.alpha.about for one in found.agreements] == ["verdicts", "preferences"]
    assert found.alpha == found.agreements[0].alpha
    for one, measured in zip(found.agreements, trust.agreements, strict=True):
        assert estimates(one.alpha) == estimates(measured.alpha)
        assert (one.alpha.metric, one.units) == (measured.measured.level, measured.measured.pairable)
        assert one.judges == tuple(ratings.judge.name for ratings in measured.judges)
        assert one.coefficients.percent.estimate == measured.measured.agreement.value
        assert one.coefficients.fleiss_kappa.estimate == measured.measured.fleiss.value
        assert one.coefficients.gwet_ac1.estimate == measured.measured.ac1.value
        assert len(one.pairs) == len(one.judges) * (len(one.judges) - 1) // 2
        assert {pair.first for pair in one.pairs} | {pair.second for pair in one.pairs} == set(one.judges)


def test_the_panel_by_hand():
    """Of 400, one judge calls the first 20 wrong that are right, and one errs nowhere: 0.95 are equal."""
    strict = TRUTH.copy()
    strict[tuple(np.argwhere(TRUTH == 1)[:20].T)] = 0
    found = section(given(TRUTH, name="a"), given(strict, name="b"), score=TRUTH)
    (agreement,) = found.agreements
    assert agreement.coefficients.percent.estimate == pytest.approx(0.95)
    share = (TRUTH.sum() + strict.sum()) / 800
    chance = 2 * share * (1 - share) * 800 / 799
    assert found.alpha.estimate == pytest.approx(1 - 0.05 / chance)
    assert (found.agreement, found.min_alpha, found.strong_alpha, found.independent) == ("sufficient", 0.667, 0.8, 2)
    first, second = found.panel
    assert (first.pass_rate.estimate, second.pass_rate.estimate) == pytest.approx((TRUTH.mean(), strict.mean()))
    assert (first.validation.accuracy.estimate, second.validation.accuracy.estimate) == pytest.approx((1.0, 0.95))
    assert second.validation.true_positive_rate.estimate == pytest.approx(1 - 20 / TRUTH.sum())
    assert second.validation.true_negative_rate.estimate == 1.0
    assert (second.validation.against, second.validation.generations, second.judged) == ("reward", 400, 400)
    assert found.reward.generations == 380
    assert found.reward.youden_j.estimate == found.reward.auc_within_prompts.estimate == 1.0


def test_errors_of_their_own_and_what_the_panel_is_worth():
    """Correlation of residuals by numpy; N / (1 + (N - 1) rho)."""
    panel = [wrong(0.1, 1), wrong(0.1, 2)]
    found = section(*(given(one, name=f"j{place}") for place, one in enumerate(panel)), score=TRUTH)
    left = [np.where(TRUTH == 1, one - one[TRUTH == 1].mean(), one - one[TRUTH == 0].mean()).ravel() for one in panel]
    rho = np.corrcoef(left)[0, 1]
    assert found.error_correlation.estimate == pytest.approx(rho)
    assert found.effective.estimate == pytest.approx(2 / (1 + rho))
    assert found.errors_against == "reward"


def test_what_each_judge_was_shown_is_told_by_its_name(panel):
    trust, found = panel
    for one, measured in zip(found.panel, trust.judges, strict=True):
        assert (one.name, one.model, one.kind, one.level) == (
            measured.name, measured.model, measured.kind, measured.level
        )  # fmt: skip
        assert set(one.effects) == {name for name, effect in measured.effects.items() if not is_undefined(effect)}
        assert one.usage.questions == measured.usage.questions
        assert estimates(one.pass_rate) == known(measured.pass_rate)
    effect = found.panel[2].effects["padded"]
    assert (effect.lowered, effect.wrong_turned_right.estimate) == (0, 1.0)
    assert effect.raised == effect.judged_wrong
    assert found.panel[2].self_consistency.flip_rate.estimate == 0.0
    assert [one.position is None for one in found.panel] == [True, True, True, False]
    assert found.panel[3].position.pairs == found.panel[3].judged


def test_each_judges_errors_where_only_the_judges_speak():
    """400 answers, three judges that err on their own: what the estimate says of each is what the truth says."""
    tables = [wrong(share, seed) for seed, share in enumerate((0.02, 0.1, 0.2), start=1)]
    found = section(*(given(one, name=f"j{place}") for place, one in enumerate(tables)))
    latent = found.dawid_skene
    assert (latent.generations, latent.smoothing, latent.undefined) == (400, 0.0, None)
    assert latent.right == pytest.approx(TRUTH.mean(), abs=0.03)
    assert found.consensus == pytest.approx((1 - latent.right, latent.right))
    assert [one.judge for one in latent.judges] == ["j0", "j1", "j2"]
    for one, table in zip(latent.judges, tables, strict=True):
        np.testing.assert_allclose(np.sum(one.matrix, axis=1), 1)
        assert one.sensitivity.estimate == one.matrix[1][1] == pytest.approx(table[TRUTH == 1].mean(), abs=0.06)
        assert one.specificity.estimate == one.matrix[0][0] == pytest.approx(1 - table[TRUTH == 0].mean(), abs=0.06)
        assert one.sensitivity.low is one.sensitivity.high is None
    assert any("no smoothing" in caveat for caveat in latent.caveats)


def test_a_judge_that_met_nothing_of_a_class_has_no_rate_there():
    """Three judges see all; the fourth was asked about what the others call right only."""
    tables = [TRUTH, TRUTH, TRUTH, np.where(TRUTH == 1, 1.0, np.nan)]
    found = section(*(given(one, name=f"j{place}") for place, one in enumerate(tables))).dawid_skene
    last = found.judges[3]
    assert (last.matrix[0], last.specificity.estimate) == ((None, None), None)
    assert last.specificity.undefined == "the judge met nothing wrong"
    assert last.sensitivity.estimate == pytest.approx(1.0)


def test_two_judges_alone_cannot_be_told_apart():
    found = section(given(wrong(0.1, 1), name="a"), given(wrong(0.1, 2), name="b")).dawid_skene
    assert (found.judges, found.right) == ((), None)
    assert found.undefined == "fewer than three judges: whom to believe cannot be told"


def test_what_is_taken_over_prompts_is_said_to_be(panel):
    """Several generations belong to one prompt: no interval of the section is over generations."""
    methods = {one["method"] for one in quantities(panel[1].model_dump()) if one["method"]}
    assert methods
    assert not [method for method in methods if "unit" in method]


def is_undefined(found):
    return isinstance(found, Undefined)


def known(quantity):
    return (None,) * 3 if is_undefined(quantity) else estimates(quantity)


def test_labels_bring_annotators_calibration_and_corrected_pass_rates():
    """Two people err on their own; the first half of the prompts is labelled."""
    labels = np.stack([wrong(0.05, 5), wrong(0.05, 6)], axis=2)
    labels[50:] = np.nan
    mean = labels.mean(axis=2)
    one = given(wrong(0.1, 1), name="one", expected=np.clip(wrong(0.1, 1), 0.1, 0.9))
    found = section(one, given(wrong(0.1, 2), name="two"), labels=mean, annotations=labels, annotators=("x", "y"))
    judge = found.panel[0].validation
    split = int((mean == 0.5).sum())
    assert (judge.against, judge.generations) == ("labels", 200 - split)
    assert set(judge.annotators) == {"x", "y"}
    assert judge.annotators["x"].generations == 200
    assert judge.annotators["x"].accuracy.estimate == pytest.approx((one.values[:50] == labels[:50, :, 0]).mean())
    assert judge.pass_rate_powered.low < TRUTH.mean() < judge.pass_rate_powered.high
    assert judge.pass_rate_corrected.low < TRUTH.mean() < judge.pass_rate_corrected.high
    assert judge.alternative_test.annotators == 2
    assert sum(point.generations for point in judge.calibration.curve) == judge.generations
    assert found.panel[1].validation.calibration is None


def test_one_judge_alone_has_no_agreement():
    found = section(given(wrong(0.1, 1)), score=TRUTH)
    assert (found.alpha, found.agreement, found.agreements) == (None, None, ())
    assert found.error_correlation.undefined == "one judge alone has no error correlation"
    assert found.checked == "not compared: no two judges of one thing"


@pytest.mark.parametrize("panel", [[(silent, BOOLEAN)], [(silent, BOOLEAN), (silent, PAIRWISE)], [(closer, PAIRWISE)]])
def test_what_is_undefined_says_why_and_is_no_number(panel):
    found = build_judges(panel_trust(asked(*panel)))
    for quantity in quantities(found.model_dump()):
        assert (quantity["estimate"] is None) <= bool(quantity["undefined"])
        assert quantity["estimate"] is None or np.isfinite(quantity["estimate"])
    assert found.effective.estimate is None
    assert found.parting == ()
    assert found.reward is None


def quantities(part) -> Iterator[dict[str, object]]:
    """Every number with an interval in a section."""
    if isinstance(part, dict):
        if {"estimate", "undefined"} <= set(part):
            yield part
        for value in part.values():
            yield from quantities(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from quantities(value)


def test_verdicts_that_never_differ_are_no_agreement():
    same = np.ones(TRUTH.shape)
    found = section(given(same, name="a"), given(same, name="b"), score=TRUTH)
    assert found.alpha.estimate is None
    assert found.alpha.undefined
    assert found.agreement == "undecided"
    assert found.agreements[0].meaning == f"The judges' agreement is undefined: {found.alpha.undefined}."
    assert found.agreements[0].coefficients.percent.estimate == 1.0


def test_a_stricter_target_moves_what_is_called_strong():
    panel = given(wrong(0.1, 1), name="a"), given(wrong(0.1, 2), name="b")
    assert section(*panel, score=TRUTH, min_alpha=0.9).strong_alpha == 0.9
    assert section(*panel, score=TRUTH, min_alpha=0.5).strong_alpha == STRONG_ALPHA
