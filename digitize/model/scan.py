"""What is known of a scan before anything is found on it, and of the reading that it is part of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    from numpy.typing import NDArray

    from digitize.geometry import FrameMap


@dataclass(frozen=True, slots=True)
class Source:
    """Where a scan came from: the file as given, which of its frames (from 1), and what the whole file sums to.

    `width` and `height` are those of the frame in original pixels (EXIF turning done). `identifier` is the archive's own
    for what it shows, "" where none is told. `etag` is what the store that it lies in called it when it was read.
    """

    path: str
    frame: int
    frames: int
    sha256: str
    media_type: str
    width: int
    height: int
    identifier: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What the archive itself says of a page, in a metadata sheet; None or empty where it says nothing.

    It goes before what was read on the page and what holds for the whole run. `rights` is a statement, or the URI of one.
    """

    newspaper: str = ""
    date: dt.date | None = None
    page_number: str = ""
    edition: str = ""
    rights: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class ProcessingStep:
    """One step of the work on a page, as ALTO and PREMIS record it: what, by which software, how set."""

    name: str
    software: str
    version: str
    settings: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One page image after opening or cleaning.

    `pixels` is uint8 (height, width), 0 = black; after cleaning 0 = ink and 255 = paper. `frame` maps its pixels to
    original pixels. `dpi` is what the file says, None when it says nothing.
    """

    page_id: str
    source: Source
    pixels: NDArray[np.uint8]
    dpi: float | None
    frame: FrameMap
    steps: tuple[ProcessingStep, ...] = ()
    negative: bool = False
    skew: float = 0.0  # degrees, clockwise as seen on the film
    described: Description = field(default_factory=Description)


@dataclass(frozen=True, slots=True)
class Revision:
    """How often this page has been read into this archive, when now and when first (UTC)."""

    number: int
    created: dt.datetime
    first_created: dt.datetime
