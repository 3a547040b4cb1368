"""The matching that the reading order rests on."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitize.reflow.matching import best_matching

tables = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-4, 6).map(float) | st.just(-np.inf))
)


def greatest_sum(scores: np.ndarray) -> float:
    """The greatest sum of any set of pairs, by trying all."""
    rows, columns = scores.shape
    sums = [0.0]
    for count in range(1, min(rows, columns) + 1):
        for chosen in itertools.combinations(range(rows), count):
            sums += [
                sum(scores[r, c] for r, c in zip(chosen, partners, strict=True))
                for partners in itertools.permutations(range(columns), count)
            ]
    return max(sums)


@given(tables)
def test_no_other_matching_scores_more(scores: np.ndarray) -> None:
    """The sum of the pairs made is the greatest there is."""
    assert sum(scores[pair] for pair in best_matching(scores)) == greatest_sum(scores)


@given(tables)
def test_each_row_and_column_is_paired_once_and_for_gain(scores: np.ndarray) -> None:
    """Pairs are one to one, and none costs points."""
    pairs = best_matching(scores)
    assert len({r for r, _ in pairs}) == len(pairs) == len({c for _, c in pairs})
    assert all(scores[pair] > 0 for pair in pairs)
