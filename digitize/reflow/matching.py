"""The best one-to-one matching of two sets, by the scores of their pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def best_matching(scores: NDArray[np.float64]) -> tuple[tuple[int, int], ...]:
    """Pair rows with columns so that the sum of scores is greatest; only pairs with a positive score are made.

    `scores` is float64 (rows, columns). Shortest augmenting paths over the rows (R. Jonker and A. Volgenant, "A
    shortest augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987); every
    row also has a column of its own with score 0, which stands for staying alone.
    """
    rows, columns = scores.shape
    alone = np.full((rows, rows), -np.inf)
    np.fill_diagonal(alone, 0.0)
    costs = -np.hstack([np.where(scores > 0, scores, -np.inf), alone])
    row_of = _assign(costs)
    return tuple((int(row), column) for column, row in enumerate(row_of[:columns]) if row >= 0)


def _assign(costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The row that each column is given to, -1 for none, at the least total cost."""
    rows, columns = costs.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    row_of = np.full(columns, -1, dtype=np.int64)
    for start in range(rows):
        distance = np.full(columns, np.inf)
        came_from = np.full(columns, -1, dtype=np.int64)
        done = np.zeros(columns, dtype=bool)
        row, column, reached = start, -1, 0.0
        while True:
            reduced = reached + costs[row] - row_price[row] - column_price
            better = ~done & (reduced < distance)
            distance[better], came_from[better] = reduced[better], column
            column = int(np.argmin(np.where(done, np.inf, distance)))
            reached, done[column] = distance[column], True
            if row_of[column] < 0:
                break
            row = int(row_of[column])
        settled = done & (np.arange(columns) != column)
        row_price[row_of[settled]] += reached - distance[settled]
        column_price[settled] -= reached - distance[settled]
        row_price[start] += reached
        while column >= 0:
            previous = int(came_from[column])
            row_of[column] = row_of[previous] if previous >= 0 else start
            column = previous
    return row_of
