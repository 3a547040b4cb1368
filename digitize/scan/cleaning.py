"""From a scan as it was opened to a page that can be read: ink dark on white paper, upright, without the film around it.

    as opened -> positive -> straight, without border -> evenly exposed, without light scratches -> without dark ones

Everything is measured on small copies; the pixels are resampled at most once, and not at all on a page that is
upright.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digitize import __version__
from digitize.geometry import AffineMap, Box, bounds, map_polygon
from digitize.model import ProcessingStep, Scan
from digitize.scan.deskew import find_skew
from digitize.scan.exposure import even_out, measure_exposure
from digitize.scan.film import find_page
from digitize.scan.polarity import is_negative
from digitize.scan.scratches import NO_EDGES, Edges, find_light_scratches, find_scratches, without_scratches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digitize.geometry import Polygon
    from digitize.options import Options

# Degrees below which a page counts as upright: a line across all of it rises by less than a tenth of the type size.
UPRIGHT = 0.05
WHITE = 255
# Pixels are resampled in tiles of this side: OpenCV takes none of 32,767 or more, and strips of film can be that long.
TILE = 16_384
# Pixels around a tile that cubic interpolation looks at, with one to spare.
NEIGHBOURS = 3


def clean(scan: Scan, options: Options, *, vertical: bool = False) -> Scan:  # noqa: ARG001 - every stage takes the options
    """Turn a scan into a page: ink 0, paper 255, upright, the film around it cut off.

    Args:
        scan: as `open_scans` gave it; it is not changed.
        options: what the run was told.
        vertical: whether it is a page of vertical lines in its reading frame.

    Returns:
        A scan whose `frame` maps its pixels to original pixels, with `negative`, `skew` and a step for each change.
    """
    positive = made_positive(scan)
    outline = find_page(positive.pixels)
    straight = evened(straightened(positive, outline))
    if outline is None:
        return unscratched(straight, None, vertical=vertical)
    edges = _seen_edges(outline, positive.pixels.shape)
    return unscratched(straight, _between(outline, positive, straight), edges, vertical=vertical)


def made_positive(scan: Scan) -> Scan:
    """The scan with dark ink on light paper: turned over if it is a negative film."""
    if not is_negative(scan.pixels):
        return scan
    return _with_step(replace(scan, pixels=cv2.bitwise_not(scan.pixels), negative=not scan.negative), "invert")


def straightened(scan: Scan, outline: Polygon | None) -> Scan:
    """The scan, dark ink on light paper, cropped to the page and turned upright; what lies outside the page is white.

    Args:
        scan: dark ink on light paper.
        outline: the page's, in pixels of the scan; None where it is all of them.
    """
    page = scan.pixels if outline is None else _only(scan.pixels, outline)
    skew = find_skew(page)
    skew = skew if abs(skew) >= UPRIGHT else 0.0
    if outline is None and skew == 0:
        return scan
    height, width = page.shape
    shape = Box(0, 0, width, height).polygon if outline is None else outline
    turned = AffineMap.rotation(skew, width / 2, height / 2)  # from upright pixels to those of the scan
    box = bounds(map_polygon(shape, turned.inverse()))
    left, top = math.floor(box.x0), math.floor(box.y0)
    size = (math.ceil(box.x1) - left, math.ceil(box.y1) - top)
    to_scan = AffineMap.shift(left, top).then(turned)
    pixels = _resampled(page, to_scan, size) if skew else page[top : top + size[1], left : left + size[0]]
    straight = replace(scan, pixels=pixels, frame=to_scan.then(_affine(scan)), skew=scan.skew + skew)
    if outline is not None:
        straight = _with_step(straight, "crop", f"left={left} top={top} width={size[0]} height={size[1]}")
    return _with_step(straight, "deskew", f"angle={skew:.2f}") if skew else straight


def evened(scan: Scan) -> Scan:
    """The scan, dark ink on light paper, with white paper, black ink, greys in proportion, and no light scratches."""
    exposure = measure_exposure(scan.pixels)
    if exposure is None or exposure.even:
        return scan
    settings = f"paper={exposure.darkest:.0f}..{exposure.brightest:.0f} ink={exposure.ink:.2f}"
    even = _with_step(replace(scan, pixels=even_out(scan.pixels, exposure)), "even-exposure", settings)
    # White paper would hide what is lighter than it.
    scratches = find_light_scratches(scan.pixels, exposure, scan.skew)
    if not scratches:
        return even
    pixels = without_scratches(even.pixels, scratches, light=True)
    return _with_step(replace(even, pixels=pixels), "paint-light-scratches", f"count={len(scratches)}")


def unscratched(scan: Scan, outline: Polygon | None, edges: Edges = NO_EDGES, *, vertical: bool = False) -> Scan:
    """The scan, upright and evenly exposed, with the film's dark scratches painted over.

    Args:
        scan: ink 0, paper 255, upright.
        outline: the page's, in pixels of the scan; None where it is all of them.
        edges: which of the page's edges are seen within the film's frame.
        vertical: whether it is a page of vertical lines in its reading frame.
    """
    scratches = find_scratches(scan.pixels, scan.skew, outline, edges, vertical=vertical)
    if not scratches:
        return scan
    return _with_step(
        replace(scan, pixels=without_scratches(scan.pixels, scratches)), "paint-scratches", f"count={len(scratches)}"
    )


def _seen_edges(outline: Polygon, shape: tuple[int, ...]) -> Edges:
    """Which edges of a page, in pixels of a scan of that shape, do not lie on the scan's own."""
    box, (height, width) = bounds(outline), shape
    return Edges(upright=box.y0 > 0 and box.y1 < height, level=box.x0 > 0 and box.x1 < width)


def _between(outline: Polygon, scan: Scan, later: Scan) -> Polygon:
    """A polygon of a scan's pixels in those of the scan that it became later."""
    return map_polygon(map_polygon(outline, scan.frame), _affine(later).inverse())


def _with_step(scan: Scan, name: str, settings: str = "") -> Scan:
    return replace(scan, steps=(*scan.steps, ProcessingStep(name, "digitize", __version__, settings)))


def _affine(scan: Scan) -> AffineMap:
    if not isinstance(scan.frame, AffineMap):
        raise TypeError("a scan is cleaned before anything bends it")
    return scan.frame


def _only(pixels: NDArray[np.uint8], outline: Polygon) -> NDArray[np.uint8]:
    """The pixels with everything outside the outline white."""
    page = np.zeros_like(pixels)
    # Vertices stand on pixel corners, OpenCV's on pixel centres.
    corners = np.round(np.asarray(outline) - 0.5).astype(np.int32)
    cv2.fillPoly(page, [corners], WHITE)
    return np.asarray(cv2.bitwise_or(pixels, cv2.bitwise_not(page)), dtype=np.uint8)


def _resampled(pixels: NDArray[np.uint8], to_scan: AffineMap, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The pixels seen through a map from upright pixels to theirs, white beyond them; `size` is (width, height)."""
    width, height = size
    result = np.full((height, width), WHITE, np.uint8)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            tile = result[top : top + TILE, left : left + TILE]
            here = AffineMap.shift(left, top).then(to_scan)
            around = bounds(map_polygon(Box(0, 0, tile.shape[1], tile.shape[0]).polygon, here)).grown(NEIGHBOURS, NEIGHBOURS)
            part = around.clipped(pixels.shape[1], pixels.shape[0])
            x0, y0, x1, y1 = int(part.x0), int(part.y0), math.ceil(part.x1), math.ceil(part.y1)
            if x0 < x1 and y0 < y1:
                tile[:] = _warped(pixels[y0:y1, x0:x1], here.then(AffineMap.shift(-x0, -y0)), tile.shape)
    return result


def _warped(pixels: NDArray[np.uint8], to_pixels: AffineMap, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    # Maps count from pixel corners, OpenCV from pixel centres: half a pixel there and back.
    m = AffineMap.shift(0.5, 0.5).then(to_pixels).then(AffineMap.shift(-0.5, -0.5))
    matrix = np.array([[m.a, m.b, m.c], [m.d, m.e, m.f]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    size = (shape[1], shape[0])
    warped = cv2.warpAffine(pixels, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=WHITE)
    return np.asarray(warped, dtype=np.uint8)
