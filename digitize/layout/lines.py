"""Text lines: detected small, completed by the ink they stand on, cut at gutters and rules, joined where torn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize.geometry import Box, bounds, hull
from digitize.layout.ink import runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.layout.ink import Ink
    from digitize.ocr import TextDetector

DETECTION_SIDE = 1280
"""Long side of the image for the first detection pass, in pixels: a newspaper page's body type is then 10 to 16 pixels
high, which the detector finds best (measured: 209 of 211 lines at 1280, fewer at full size)."""

DETECTION_TYPE = (9.0, 13.0)
"""Body type below the first figure, in pixels of the detection image, is missed: then detection runs again at the second."""

DETECTION_SIDE_MAX = 2880
"""The largest detection image, in pixels: its activations stay below 2 GB."""

COARSE = 0.5
"""Scale of the second detection pass against the first: type of three body sizes and more is whole only there."""

LARGE_TYPE = 1.4
"""Height, in body sizes, from which a line is a heading's and runs over gutters: body type varies by a quarter on a page."""

SAME_LINE = 0.6
"""Share of the smaller height that two pieces of one line overlap in y."""

CORE = 0.2
"""The share of a detected line's height, at its top and at its bottom, that may show a neighbour's ink."""

GROW = 0.35
"""How far a detected line may grow above and below to take in its ink, in line heights: detectors crop tall strokes."""

TOUCHING = 0.06
"""Rows with less ink than this share of the fullest row are the white between two lines, touched by a few strokes."""

SPECK_AREA = 0.02
"""Ink at a line's ends that covers less than this share of a character's square is grain: a comma covers twice as much."""

STREAK = 0.95
"""A column of a line's window that is inked from top to bottom to this share is a scratch or rule across the line."""

CHARACTER_GAP = 0.6
"""White inside a line that ink may continue over when a line is completed sideways, in line heights: half a space."""

SLIVER = 0.3
"""Ink at a line's end that reaches into it by less than this share of a character gap, and stands a gap away from its
other ink, is a neighbour's."""

GUTTER_GAP = 0.55
"""The narrowest white inside a detected line that can be a gutter, in type sizes: gutters are about a character wide."""

GUTTER_SPOT = 0.35
"""Ink up to so many type sizes wide in the midst of white may be dust in a gutter; it is a comma where no lines around
bear witness of one."""

RULE_SHORT = 1.5
"""A rule between columns may begin and end so many type sizes off the text on its sides: a line, at most."""

WITNESS_REACH = 6.0
"""How far above and below a gap other lines bear witness of a gutter, in type sizes: three to four lines each way."""

WITNESSES = 2
"""Line ends, and line starts, that must keep to the gap's sides for it to be a gutter: one may be chance."""

EDGE_SLACK = 0.7
"""How far line ends keep to a gutter's side, in type sizes: full stops and brackets leave half a character white."""

INDENT_SLACK = 2.6
"""How far line starts keep to a gutter's side, in type sizes: a paragraph's indent of two characters, and slack."""

JOIN_GAP = 2.5
"""White up to this many type sizes between two pieces on one line may be a space inside it."""

SPECK = 0.4
"""Lines lower than this many type sizes are dust, dots and rules' ends."""


@dataclass(frozen=True, slots=True)
class DetectedText:
    """The text detected on a page, in its pixels.

    `polygons` are as the detector gave them at the finer of two scales, `lines` are those of both; `type_size` is the
    height of the body type, 0.0 on a page without text.
    """

    polygons: tuple[Polygon, ...] = ()
    lines: tuple[Box, ...] = ()
    type_size: float = 0.0


def detect_text(pixels: NDArray[np.uint8], detector: TextDetector) -> DetectedText:
    """Detect text on a page, uint8 (height, width), 0 = ink, at two scales."""
    polygons, side = _detect_at(pixels, detector, DETECTION_SIDE), DETECTION_SIDE
    if not polygons:
        return DetectedText()
    size = body_size([bounds(polygon) for polygon in polygons])
    seen = size * side / max(pixels.shape)
    if seen < DETECTION_TYPE[0]:
        side = min(DETECTION_SIDE_MAX, round(side * DETECTION_TYPE[1] / seen))
        polygons = _detect_at(pixels, detector, side)
        size = body_size([bounds(polygon) for polygon in polygons])
    coarse = [bounds(polygon) for polygon in _detect_at(pixels, detector, round(side * COARSE))]
    fine = [bounds(polygon) for polygon in polygons]
    return DetectedText(polygons, _merge_scales(fine, [b for b in coarse if b.height >= LARGE_TYPE * size], size), size)


def _detect_at(pixels: NDArray[np.uint8], detector: TextDetector, side: int) -> tuple[Polygon, ...]:
    side = min(side, max(pixels.shape))
    scale = side / max(pixels.shape)
    image = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    found = detector.detect(np.asarray(image, np.uint8), side)
    return tuple(tuple((x / scale, y / scale) for x, y in detection.polygon) for detection in found)


def body_size(boxes: Sequence[Box]) -> float:
    """The size of the body type, in the boxes' pixels: the middle height of the page's running text, weighted by length."""
    wide = [box for box in boxes if box.width > 2 * box.height] or list(boxes)
    if not wide:
        return 0.0
    heights = np.array([box.height for box in wide])
    order = np.argsort(heights)
    weights = np.cumsum(np.array([box.width / box.height for box in wide])[order])
    return float(heights[order][np.searchsorted(weights, weights[-1] / 2)])


def _merge_scales(fine: Sequence[Box], coarse: Sequence[Box], size: float) -> tuple[Box, ...]:
    """Lines of the fine pass, those of large type completed or replaced by the coarse pass's."""
    lines = list(fine)
    for large in coarse:
        inside = [box for box in lines if box.intersection(large) > 0.5 * box.area]
        if any(box.height < 0.5 * large.height and box.width > 2 * size for box in inside):
            continue  # the coarse pass ran several lines of small type together
        if any(_covers(box, large) for box in lines if box not in inside):
            continue  # the coarse pass saw a part of a line that the fine pass has whole
        lines = [box for box in lines if box not in inside]
        lines.append(hull((large, *inside)))
    return tuple(lines)


def _covers(line: Box, other: Box) -> bool:
    """Whether a line runs over most of another one's length, at its height."""
    return line.overlap_x(other) > 0.5 * other.width and line.overlap_y(other) > 0.5 * min(line.height, other.height)


def complete_lines(ink: Ink, lines: Sequence[Box], rules: Sequence[Box], panels: Sequence[Box] = ()) -> tuple[Box, ...]:
    """Grow and trim each line to the ink of its characters, never over a rule, off a panel or into another line."""
    mask = ink.mask.copy()
    for rule in rules:
        mask[ink.window(rule)] = 0
    index = _RowIndex(lines)
    upright = [rule for rule in rules if rule.height > rule.width]
    sides = [side for panel in panels for side in _sides(panel)]
    found = (_complete(mask, ink, line, [*index.others(line, line.height), *upright, *sides]) for line in lines)
    return tuple(completed for completed in found if completed is not None)


def _sides(panel: Box) -> tuple[Box, Box]:
    """The left and right side of a panel, as bars without width: walls for the lines on both sides of them."""
    return Box(panel.x0, panel.y0, panel.x0, panel.y1), Box(panel.x1, panel.y0, panel.x1, panel.y1)


class _RowIndex:
    """Finds the lines near a line without comparing all pairs: lines by their top, in bands."""

    def __init__(self, lines: Iterable[Box]) -> None:
        self._lines = sorted(lines, key=lambda box: box.y0)
        self._tops = np.array([box.y0 for box in self._lines])
        self._tallest = max((box.height for box in self._lines), default=0.0)

    def others(self, line: Box, reach: float) -> list[Box]:
        """The lines other than `line` that come within `reach` pixels of it in y."""
        first = int(np.searchsorted(self._tops, line.y0 - reach - self._tallest))
        last = int(np.searchsorted(self._tops, line.y1 + reach))
        return [box for box in self._lines[first:last] if box.y1 >= line.y0 - reach and box != line]


def _complete(mask: NDArray[np.uint8], ink: Ink, line: Box, others: Sequence[Box]) -> Box | None:
    stacked = [o for o in others if o.overlap_x(line) > 0 and o.overlap_y(line) < 0.5 * min(o.height, line.height)]
    above = [_valley(mask, ink, o, line) for o in stacked if o.cy < line.cy]
    below = [_valley(mask, ink, line, o) for o in stacked if o.cy > line.cy]
    tall = Box(
        line.x0,
        max([line.y0 - GROW * line.height, *above]),
        line.x1,
        min([line.y1 + GROW * line.height, *below]),
    )
    y0, y1 = _ink_rows(mask, ink, tall, line)
    beside = [o for o in others if o.overlap_y(line) > 0.3 * min(o.height, line.height)]
    left = max([line.x0 - 4 * line.height, *(o.x1 for o in beside if o.cx < line.x0)])
    right = min([line.x1 + 4 * line.height, *(o.x0 for o in beside if o.cx > line.x1)])
    x0, x1 = _ink_columns(mask, ink, Box(min(left, line.x0), y0, max(right, line.x1), y1), line)
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _valley(mask: NDArray[np.uint8], ink: Ink, upper: Box, lower: Box) -> float:
    """Where one of two lines, one above the other, ends and the other begins: at the row with least ink between them.

    Where they stand apart, the middle of the white between them.
    """
    if upper.y1 <= lower.y0:
        return (upper.y1 + lower.y0) / 2
    between = Box(max(upper.x0, lower.x0), upper.cy, min(upper.x1, lower.x1), max(lower.cy, upper.cy))
    rows, columns = ink.window(between)
    profile = mask[rows, columns].sum(axis=1)
    # Of several rows with as little ink, the middle one.
    least = np.flatnonzero(profile == profile.min())
    return float(rows.start + least[len(least) // 2]) / ink.scale


def _ink_rows(mask: NDArray[np.uint8], ink: Ink, tall: Box, line: Box) -> tuple[float, float]:
    rows, columns = ink.window(tall)
    profile = _without_streaks(mask[rows, columns]).sum(axis=1)
    stretches = runs(profile > TOUCHING * profile.max())
    if not stretches:
        return line.y0, line.y0
    top, bottom = ((y * ink.scale) - rows.start for y in (line.y0, line.y1))
    # Ink that reaches the line's middle is its own; so are strokes near its edges (of 三, of i) that end within the
    # window: a neighbour's ink is cut by it.
    core, end = CORE * (bottom - top), len(profile)
    own = [
        (a, b)
        for a, b in stretches
        if (b > top + core and a < bottom - core) or (a > 0 and b < end and top <= (a + b) / 2 <= bottom)
    ] or stretches
    return (rows.start + own[0][0]) / ink.scale, (rows.start + own[-1][1]) / ink.scale


def _without_streaks(window: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A window of ink without the columns that are full of it: scratches and rules run on where characters end."""
    full = window.mean(axis=0) > STREAK
    return np.where(full[np.newaxis, :], np.uint8(0), window)


def _ink_columns(mask: NDArray[np.uint8], ink: Ink, wide: Box, line: Box) -> tuple[float, float]:
    rows, columns = ink.window(wide)
    left, right = ((x * ink.scale) - columns.start for x in (line.x0, line.x1))
    inked = np.asarray(_without_streaks(mask[rows, columns]).any(axis=0), np.bool_)
    within = slice(max(0, round(left)), round(right))
    inked[within] = mask[rows, columns][:, within].any(axis=0)
    smallest = SPECK_AREA * ((wide.y1 - wide.y0) * ink.scale) ** 2
    area = mask[rows, columns].sum(axis=0)
    stretches = [(a, b) for a, b in runs(inked) if (b > left and a < right) or area[a:b].sum() >= smallest]
    gap = CHARACTER_GAP * (wide.y1 - wide.y0) * ink.scale
    own = _without_slivers([(a, b) for a, b in stretches if b > left and a < right], (left, right), gap)
    if not own:
        return line.x0, line.x0
    x0, x1 = own[0][0], own[-1][1]
    for a, b in reversed([s for s in stretches if s[1] <= x0]):
        if x0 - b > gap:
            break
        x0 = a
    for a, b in (s for s in stretches if s[0] >= x1):
        if a - x1 > gap:
            break
        x1 = b
    return (columns.start + x0) / ink.scale, (columns.start + x1) / ink.scale


def _without_slivers(own: list[tuple[int, int]], ends: tuple[float, float], gap: float) -> list[tuple[int, int]]:
    """A line's stretches of ink without those at its ends that the line only grazes: a neighbour's, over a gutter."""
    left, right = ends
    if len(own) > 1 and own[0][1] - left < SLIVER * gap and own[1][0] - own[0][1] > gap:
        own = own[1:]
    if len(own) > 1 and right - own[-1][0] < SLIVER * gap and own[-1][0] - own[-2][1] > gap:
        own = own[:-1]
    return own


def cut_lines(ink: Ink, lines: Sequence[Box], rules: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Cut lines that run over a vertical rule or a gutter.

    A gap inside a line is a gutter when lines above and below end and start at its sides. Large type is cut at rules
    only: headings run over gutters.
    """
    index = _RowIndex(line for line in lines if line.height < LARGE_TYPE * type_size)
    large = [line for line in lines if line.height >= LARGE_TYPE * type_size]
    pieces: list[Box] = []
    for line in lines:
        cuts = [rule.cx for rule in rules if _crosses(rule, line)]
        if line.height < LARGE_TYPE * type_size:
            near = [box for box in index.others(line, WITNESS_REACH * type_size) if not _headed_off(line, box, large)]
            cuts += [
                (a + b) / 2
                for a, b in _gaps(ink, line, type_size)
                if _is_gutter(ink, a, b, near, type_size) or _points_at(rules, (a, b), line, type_size)
            ]
            cuts += [
                (a + b) / 2 for a, b in _spotted_gaps(ink, line, type_size) if _amid_gutter(ink, (a, b), line, near, type_size)
            ]
        pieces += _split(ink, line, sorted(cuts))
    return tuple(pieces)


def _crosses(rule: Box, line: Box) -> bool:
    upright = rule.height > rule.width
    return upright and line.x0 + rule.width < rule.cx < line.x1 - rule.width and rule.overlap_y(line) > 0.7 * line.height


def _headed_off(line: Box, other: Box, large: Sequence[Box]) -> bool:
    """Whether a heading stands between two lines: columns under a headline say nothing of the kicker over it."""
    low, high = sorted((line.cy, other.cy))
    return any(low < heading.cy < high and heading.overlap_x(line) > 0 for heading in large)


def _points_at(rules: Sequence[Box], gap: tuple[float, float], line: Box, type_size: float) -> bool:
    """Whether a column rule ends just above or begins just below a gap: rules often stop short of the text's ends."""
    return any(
        rule.height > rule.width and gap[0] < rule.cx < gap[1] and rule.grown(0, RULE_SHORT * type_size).overlap_y(line) > 0
        for rule in rules
    )


def _gaps(ink: Ink, line: Box, type_size: float) -> list[tuple[float, float]]:
    """The stretches inside a line that are white, and wide enough for a gutter."""
    return _white(ink, line, _character_columns(ink, line), type_size)


def _spotted_gaps(ink: Ink, line: Box, type_size: float) -> list[tuple[float, float]]:
    """The stretches that are white but for a spot, and only so wide enough for a gutter."""
    inked = _character_columns(ink, line)
    whole = _white(ink, line, inked, type_size)
    for a, b in runs(inked):
        inked[a:b] = b - a > GUTTER_SPOT * type_size * ink.scale or a == 0 or b == len(inked)
    return [gap for gap in _white(ink, line, inked, type_size) if gap not in whole]


def _white(ink: Ink, line: Box, inked: NDArray[np.bool_], type_size: float) -> list[tuple[float, float]]:
    columns = ink.window(line)[1]
    found = [((columns.start + a) / ink.scale, (columns.start + b) / ink.scale) for a, b in runs(~inked)]
    return [(a, b) for a, b in found if b - a >= GUTTER_GAP * type_size and a > line.x0 and b < line.x1]


def _amid_gutter(ink: Ink, gap: tuple[float, float], line: Box, near: Sequence[Box], type_size: float) -> bool:
    """Whether lines above and lines below each bear witness that a spotted gap is a gutter and the spot in it dust.

    A quotation mark in a kicker stands over a gutter too, but no lines above it keep off.
    """
    above, below = [box for box in near if box.cy < line.y0], [box for box in near if box.cy > line.y1]
    return all(_is_gutter(ink, *gap, side, type_size) for side in (above, below))


def _character_columns(ink: Ink, line: Box) -> NDArray[np.bool_]:
    """Which columns of a line's window hold characters' ink: dust and scratches are none."""
    window = _without_streaks(ink.mask[ink.window(line)])
    smallest = SPECK_AREA * (line.height * ink.scale) ** 2
    inked = np.zeros(window.shape[1], np.bool_)
    for a, b in runs(np.asarray(window.any(axis=0), np.bool_)):
        inked[a:b] = window[:, a:b].sum() >= smallest
    return inked


def _is_gutter(ink: Ink, left: float, right: float, near: Sequence[Box], type_size: float) -> bool:
    """Whether lines near a gap keep to its sides, and more of them than have ink in it.

    A line that runs over the gap but is white there, as this one is, bears witness for both sides.
    """
    slack = EDGE_SLACK * type_size
    ends = starts = across = 0
    for box in near:
        if box.x0 < left - type_size and box.x1 > right + type_size:
            white = not _character_columns(ink, Box(left, box.y0, right, box.y1)).any()
            ends, starts, across = ends + white, starts + white, across + (not white)
        else:
            ends += left - 2 * slack <= box.x1 <= left + slack
            starts += right - slack <= box.x0 <= right + INDENT_SLACK * type_size
    return min(ends, starts) >= WITNESSES and min(ends, starts) > across


def _split(ink: Ink, line: Box, cuts: Sequence[float]) -> list[Box]:
    edges = [line.x0, *cuts, line.x1]
    pieces = []
    for x0, x1 in itertools.pairwise(edges):
        piece = Box(x0, line.y0, x1, line.y1)
        columns = ink.window(piece)[1]
        stretches = runs(_character_columns(ink, piece))
        if stretches and cuts:
            x0, x1 = ((columns.start + x) / ink.scale for x in (stretches[0][0], stretches[-1][1]))  # noqa: PLW2901 - trimmed
        if x1 > x0:
            pieces.append(Box(x0, line.y0, x1, line.y1))
    return pieces


def join_lines(lines: Sequence[Box], rules: Sequence[Box], type_size: float) -> tuple[Box, ...]:
    """Join the pieces of one printed line: on one height, of one size, close, with neither rule nor gutter between."""
    index = _RowIndex(lines)
    upright = [rule for rule in rules if rule.height > rule.width]
    joined: list[Box] = []
    for line in sorted(lines, key=lambda box: box.x0):
        for position, left in enumerate(joined):
            if _same_line(left, line, type_size) and not _parted(left, line, upright, index, type_size):
                joined[position] = hull((left, line))
                break
        else:
            joined.append(line)
    return tuple(box for box in joined if box.height >= SPECK * type_size)


def _same_line(left: Box, right: Box, type_size: float) -> bool:
    low, high = sorted((left.height, right.height))
    size = max(type_size, low)
    return (
        left.overlap_y(right) >= SAME_LINE * low
        and high <= 2 * low
        and right.x0 - left.x1 <= (JOIN_GAP * type_size if high < LARGE_TYPE * type_size else 1.5 * size)
        and right.x1 > left.x0
    )


def _parted(left: Box, right: Box, upright: Sequence[Box], index: _RowIndex, type_size: float) -> bool:
    a, b = left.x1, right.x0
    if a >= b:
        return False
    if any(a - 0.3 * type_size <= rule.cx <= b + 0.3 * type_size and rule.overlap_y(left) > 0 for rule in upright):
        return True
    near = [box for box in index.others(left, WITNESS_REACH * type_size) if box != right]
    across = sum(1 for box in near if box.x0 < a - 0.5 * type_size and box.x1 > b + 0.5 * type_size)
    slack = EDGE_SLACK * type_size
    ends = sum(1 for box in near if box.x1 <= b and box.x1 >= a - 2 * slack)
    starts = sum(1 for box in near if box.x0 >= a and box.x0 <= b + slack)
    large = min(left.height, right.height) >= LARGE_TYPE * type_size
    return not large and max(ends, starts) > across
