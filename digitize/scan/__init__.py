"""From files to pages that can be read: `find_inputs`, `open_scans`, `clean`, `turned`, `straighten` by its text."""

from digitize.scan.cleaning import clean
from digitize.scan.dewarp import straighten
from digitize.scan.inputs import FailedInput, Input, find_inputs
from digitize.scan.likeness import image_hash
from digitize.scan.opening import FailedFrame, open_scans
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
]
