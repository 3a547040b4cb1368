"""Scratches and hairs that look like level rules: a printed rule stands in white that was left for it.

What cannot be told from a rule by its pixels may be by the text around it. Lines above and below a rule stand further apart
than lines that follow each other; a scratch falls anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitize.layout.detection import line_distance
from digitize.layout.separators import LARGE_TYPE, MIDDLE, slender

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Box
    from digitize.layout.ink import Ink

SQUEEZED = 1.15
"""Lines with a rule between them stand more than so many pitches apart: a rule takes a third of one and more."""

NEAR = 2.5
"""Lines further from a rule than so many pitches say nothing of it."""

NOWHERE = 1e9
"""The distance to a line that is not there, in pixels."""

CLOSEST = 0.4
"""Lines nearer to each other than so many pitches are one line seen twice; small advertisements are set at half the pitch."""


def level_strays(ink: Ink, rules: Sequence[Box], lines: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """The level rules that no printer set: where text stands along them, most of it goes on as if there were none.

    `lines` are the text lines as detected; `type_size` is the height of the body type, in reading-frame pixels.
    """
    pitch = line_distance(lines)
    body = [line for line in lines if line.height < LARGE_TYPE * type_size and not line.upright]
    return tuple(rule for rule in rules if not rule.upright and _is_ignored(ink, rule, body, type_size, pitch))


def _is_ignored(ink: Ink, rule: Box, lines: Sequence[Box], type_size: float, pitch: float) -> bool:
    """Whether most of the text along a rule is cut by it, or goes on across it at the pitch of its lines."""
    reach = NEAR * pitch
    near = [(b.x0, b.x1, b.cy, b.height) for b in lines if b.y1 > rule.y0 - reach and b.y0 < rule.y1 + reach]
    x0, x1, middles, heights = np.array(near).reshape(-1, 4).T
    pieces = slender(ink, [rule], type_size)
    places = np.arange(rule.x0, rule.x1, type_size)
    level = np.interp(places, [piece.cx for piece in pieces], [piece.cy for piece in pieces])
    offsets = np.where((x0 <= places[:, np.newaxis]) & (places[:, np.newaxis] <= x1), middles - level[:, np.newaxis], np.nan)
    cut = (np.abs(offsets) <= MIDDLE * heights).any(axis=1)
    (above, over), (below, under) = _nearest(-offsets), _nearest(offsets)
    usual = np.full(len(places), pitch)
    for distance in (over - above, under - below):
        usual = np.where((distance < usual) & (distance > CLOSEST * pitch), distance, usual)
    ignored = cut | (above + below <= SQUEEZED * usual)
    return bool(2 * ignored.sum() > (np.minimum(above, below) <= reach).sum())


def _nearest(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The two smallest distances above 0 at each place, float64 (2, places) from (places, lines); NOWHERE where none is."""
    padded = np.pad(np.where(distances > 0, distances, NOWHERE), ((0, 0), (0, 2)), constant_values=NOWHERE)
    return np.asarray(np.sort(padded, axis=1)[:, :2].T, np.float64)
