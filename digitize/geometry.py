"""Boxes, polygons, and the maps between pixel frames.

Frames: x grows to the right, y downwards, the unit is one pixel and (0, 0) is the top left corner of the top left
pixel. *Original* pixels are those of the image as a viewer shows it (EXIF turning done); *clean* pixels are those of
the cropped, straightened page that layout and recognition work on.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Point = tuple[float, float]
Polygon = tuple[Point, ...]


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """An upright rectangle: left, top, right, bottom, in pixels of one frame; right and bottom are exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float

    # A page's boxes are compared some 100,000 times, and most are apart: comparisons tell that sooner than min and max.

    @property
    def width(self) -> float:
        """Extent in x, in pixels; never negative."""
        return self.x1 - self.x0 if self.x1 > self.x0 else 0.0

    @property
    def height(self) -> float:
        """Extent in y, in pixels; never negative."""
        return self.y1 - self.y0 if self.y1 > self.y0 else 0.0

    @property
    def area(self) -> float:
        """Width times height, in square pixels."""
        return self.width * self.height

    @property
    def cx(self) -> float:
        """The middle in x."""
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        """The middle in y."""
        return (self.y0 + self.y1) / 2

    @property
    def upright(self) -> bool:
        """Whether it is taller than wide: a rule between columns, a line of vertical type."""
        return self.height > self.width

    @property
    def polygon(self) -> Polygon:
        """The four corners, clockwise from the top left."""
        return ((self.x0, self.y0), (self.x1, self.y0), (self.x1, self.y1), (self.x0, self.y1))

    def overlap_x(self, other: Box) -> float:
        """How many pixels the two share in x; 0 when they are apart."""
        if self.x1 <= other.x0 or other.x1 <= self.x0:
            return 0.0
        return max(0.0, min(self.x1, other.x1) - max(self.x0, other.x0))

    def overlap_y(self, other: Box) -> float:
        """How many pixels the two share in y; 0 when they are apart."""
        if self.y1 <= other.y0 or other.y1 <= self.y0:
            return 0.0
        return max(0.0, min(self.y1, other.y1) - max(self.y0, other.y0))

    def intersection(self, other: Box) -> float:
        """The area that the two share, in square pixels."""
        if self.y1 <= other.y0 or other.y1 <= self.y0 or self.x1 <= other.x0 or other.x1 <= self.x0:
            return 0.0
        return self.overlap_x(other) * self.overlap_y(other)

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies in the box."""
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1

    def grown(self, dx: float, dy: float) -> Box:
        """The box with `dx` more on the left and the right, and `dy` more above and below."""
        return Box(self.x0 - dx, self.y0 - dy, self.x1 + dx, self.y1 + dy)

    def clipped(self, width: float, height: float) -> Box:
        """The part of the box that lies on a page of that size."""
        return Box(
            min(max(self.x0, 0.0), width),
            min(max(self.y0, 0.0), height),
            min(max(self.x1, 0.0), width),
            min(max(self.y1, 0.0), height),
        )


def adorns(rule: Box, heading: Box, unit: float) -> bool:
    """Whether a rule belongs to a heading, as one that underlines or frames it: along a side, and not beyond its ends.

    It stands within 1.5 units of the side, and runs out of it by no more than 2 units, the side bearings of large type;
    the unit is the body type's size. Rules that part items run over whole columns.
    """
    near, out = 1.5 * unit, 2.0 * unit
    around = heading.grown(out, near) if rule.width > rule.height else heading.grown(near, out)
    return around.intersection(rule) >= rule.area and heading.grown(-near / 2, -near / 2).intersection(rule) == 0


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them.

    Raises:
        ValueError: there is none.
    """
    xs0, ys0, xs1, ys1 = zip(*((b.x0, b.y0, b.x1, b.y1) for b in boxes), strict=True)
    return Box(min(xs0), min(ys0), max(xs1), max(ys1))


def bounds(polygon: Polygon) -> Box:
    """The upright box around a polygon."""
    xs, ys = zip(*polygon, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


class FrameMap(Protocol):
    """A map between two pixel frames that can be followed both ways."""

    def forward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the inner frame, float64 (n, 2), in the outer (original) frame."""

    def backward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the outer (original) frame, float64 (n, 2), in the inner frame."""


@dataclass(frozen=True, slots=True)
class AffineMap:
    """x' = a x + b y + c, y' = d x + e y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def forward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points, float64 (n, 2), mapped from the inner to the outer frame."""
        matrix = np.array([[self.a, self.b], [self.d, self.e]])
        return np.asarray(points @ matrix.T + np.array([self.c, self.f]), np.float64)

    def backward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points, float64 (n, 2), mapped from the outer to the inner frame."""
        return self.inverse().forward(points)

    def inverse(self) -> AffineMap:
        """The map that undoes this one.

        Raises:
            ZeroDivisionError: the map is singular.
        """
        det = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / det, -self.b / det, -self.d / det, self.a / det
        return AffineMap(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))

    def then(self, outer: AffineMap) -> AffineMap:
        """This map followed by `outer`: inner frame -> this map's outer frame -> `outer`'s outer frame."""
        return AffineMap(
            outer.a * self.a + outer.b * self.d,
            outer.a * self.b + outer.b * self.e,
            outer.a * self.c + outer.b * self.f + outer.c,
            outer.d * self.a + outer.e * self.d,
            outer.d * self.b + outer.e * self.e,
            outer.d * self.c + outer.e * self.f + outer.f,
        )

    @staticmethod
    def shift(dx: float, dy: float) -> AffineMap:
        """The map that adds (dx, dy)."""
        return AffineMap(c=dx, f=dy)

    @staticmethod
    def rotation(degrees: float, cx: float, cy: float) -> AffineMap:
        """The map that turns by `degrees`, clockwise as seen on the page, about (cx, cy)."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return AffineMap(cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy)


IDENTITY = AffineMap()


def map_polygon(polygon: Polygon, frame: FrameMap) -> Polygon:
    """A polygon of the inner frame in the outer frame."""
    return map_polygons([polygon], frame)[0]


def map_polygons(polygons: Sequence[Polygon], frame: FrameMap) -> tuple[Polygon, ...]:
    """Polygons of the inner frame in the outer frame; all at once, for maps that work point by point are slow."""
    points = np.array([point for polygon in polygons for point in polygon], dtype=np.float64).reshape(-1, 2)
    mapped = iter(frame.forward(points).tolist())
    return tuple(tuple((x, y) for x, y in itertools.islice(mapped, len(polygon))) for polygon in polygons)


@dataclass(frozen=True, slots=True)
class Chain:
    """A map from an inner frame over a middle one to an outer one."""

    inner: FrameMap
    outer: FrameMap

    def forward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points, float64 (n, 2), of the innermost frame in the outermost."""
        return self.outer.forward(self.inner.forward(points))

    def backward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points, float64 (n, 2), of the outermost frame in the innermost."""
        return self.inner.backward(self.outer.backward(points))


WARP_ROUNDS = 12
"""Rounds of the fixed point that inverts a warp: each gains a factor of the warp's slope, which is below 0.1."""


@dataclass(frozen=True, slots=True)
class Warp:
    """A smooth bending of a page: a straight frame (inner) and the bent one (outer), which differ by (dx, dy).

    straight = bent + (dx(bent), dy(bent)), where dx and dy are sums of products of Chebyshev polynomials over `area`,
    the part of the bent page that was measured; outside it they keep the value at its edge. `dx` and `dy` hold the
    coefficients, in pixels: rows by degree in x, columns by degree in y.
    """

    area: Box
    dx: tuple[tuple[float, ...], ...]
    dy: tuple[tuple[float, ...], ...]

    def shifts(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(dx, dy) at points of the bent page, float64 (n, 2)."""
        x, y = self.normalized(points)
        return np.column_stack([np.polynomial.chebyshev.chebval2d(x, y, np.array(c)) for c in (self.dx, self.dy)])

    def normalized(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points of the bent page in the polynomials' range, -1..1; what lies outside the area stands at its edge."""
        x = 2 * (points[:, 0] - self.area.x0) / max(1.0, self.area.width) - 1
        y = 2 * (points[:, 1] - self.area.y0) / max(1.0, self.area.height) - 1
        return np.clip(x, -1, 1), np.clip(y, -1, 1)

    def backward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the bent page, float64 (n, 2), on the straight one."""
        return points + self.shifts(points)

    def forward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the straight page, float64 (n, 2), on the bent one."""
        bent = points
        for _ in range(WARP_ROUNDS):
            bent = points - self.shifts(bent)
        return bent
