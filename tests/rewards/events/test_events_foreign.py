"""A handler's return against AWS's own runtime client: what it writes is read so, what it refuses is refused."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from awslambdaric.lambda_runtime_exception import FaultException
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.rewards.events.foreign import as_written


class Pair(NamedTuple):
    id: Any
    aggregate_reward_score: Any


VALUES = [
    Decimal("0.50"),
    Decimal(1),
    Decimal("1E+2"),
    Decimal("NaN"),
    Decimal("-Infinity"),
    Pair("a", Decimal("0.5")),
    (1, 2),
    OrderedDict(a=1),
    np.float64(0.5),
    True,
    float("nan"),
    None,
    np.float32(0.5),
    np.bool_(1),
    np.int64(1),
    np.array(0.5),
    {1},
    Fraction(1, 2),
    1j,
    b"x"[:0].decode(),
]


def written(value):
    try:
        return json.loads(LambdaMarshaller().marshal_response([value])[0])
    except FaultException:
        return "refused"


def ours(value):
    try:
        return json.loads(json.dumps(as_written([value])))
    except (TypeError, ValueError):
        return "refused"


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_each_kind_of_value_is_read_as_the_runtime_client_writes_it(value):
    one, other = written(value), ours(value)
    assert repr(one) == repr(other)


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.decimals(allow_nan=True), st.just(np.float32(1))
)
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner, inner).map(lambda two: Pair(*two))
    ),
    max_leaves=8,
)


@given(NESTED)
def test_so_is_whatever_is_made_of_them(value):
    one, other = written(value), ours(value)
    assert repr(one) == repr(other)


def test_a_number_that_is_none_stays_one():
    assert math.isnan(as_written([Decimal("NaN")])[0])
