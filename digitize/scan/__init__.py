"""From files to pages that can be read: `find_inputs`, `open_scans`, `clean`, `turned`, `straighten` by its text.

Names are loaded when they are first used: who finds files and hands them out looks at no pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.lazy import load

if TYPE_CHECKING:
    from digitize.scan.bleed import without_bleed
    from digitize.scan.cleaning import clean
    from digitize.scan.dewarp import straighten
    from digitize.scan.inputs import FailedFrame, FailedInput, Input, find_inputs
    from digitize.scan.likeness import image_hash, unlikeness
    from digitize.scan.opening import open_scans
    from digitize.scan.splitting import crosses, find_fold, is_landscape, may_split, split_at_fold
    from digitize.scan.turning import turned

__all__ = [
    "FailedFrame",
    "FailedInput",
    "Input",
    "clean",
    "crosses",
    "find_fold",
    "find_inputs",
    "image_hash",
    "is_landscape",
    "may_split",
    "open_scans",
    "split_at_fold",
    "straighten",
    "turned",
    "unlikeness",
    "without_bleed",
]

_HOMES = {
    "FailedFrame": "digitize.scan.inputs",
    "FailedInput": "digitize.scan.inputs",
    "Input": "digitize.scan.inputs",
    "clean": "digitize.scan.cleaning",
    "crosses": "digitize.scan.splitting",
    "find_fold": "digitize.scan.splitting",
    "find_inputs": "digitize.scan.inputs",
    "image_hash": "digitize.scan.likeness",
    "is_landscape": "digitize.scan.splitting",
    "may_split": "digitize.scan.splitting",
    "open_scans": "digitize.scan.opening",
    "split_at_fold": "digitize.scan.splitting",
    "straighten": "digitize.scan.dewarp",
    "turned": "digitize.scan.turning",
    "unlikeness": "digitize.scan.likeness",
    "without_bleed": "digitize.scan.bleed",
}


def __getattr__(name: str) -> object:
    """Load a name from its module (PEP 562)."""
    return load(__name__, _HOMES, name)
