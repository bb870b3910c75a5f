"""Hypothesis strategies for arrays, JSON and drawings."""

from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

TYPES = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(),
    arrays.unsigned_integer_dtypes(),
    arrays.floating_dtypes(),
    arrays.complex_number_dtypes(),
    arrays.unicode_string_dtypes(max_len=3),
    arrays.datetime64_dtypes(),
)
PICTURES = TYPES.flatmap(lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, max_dims=4, max_side=40)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
COORDINATE = st.floats(width=32) | st.integers(-30_000, 30_000)
DRAWINGS = st.fixed_dictionaries(
    {"strokes": st.lists(st.lists(st.lists(COORDINATE, max_size=3), max_size=4), max_size=4)},
    optional={"w": COORDINATE, "h": COORDINATE, "pen": COORDINATE},
)
