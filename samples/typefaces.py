"""The typefaces of the sample pages: Noto CJK, simplified and traditional Chinese, from Debian's fonts-noto-cjk."""

from __future__ import annotations

from enum import Enum
from functools import cache
from pathlib import Path

from PIL import ImageFont

# Where distributions put the collections; the first folder that has the file is taken.
FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),  # Debian, Ubuntu
    Path("/usr/share/fonts/google-noto-serif-cjk-fonts"),  # Fedora
    Path("/usr/share/fonts/google-noto-sans-cjk-fonts"),
    Path("/usr/share/fonts/noto-cjk"),  # Arch
)
FACES_IN_COLLECTION = 10  # a Noto CJK collection holds at most five languages, proportional and mono

# Where the baseline stands in the em box of Noto CJK, from the top.
BASELINE = 0.88


class TypefaceMissingError(RuntimeError):
    """A font file is not installed; the message names the package that has it."""


class Typeface(Enum):
    """A font file and the family within its collection."""

    BODY = ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC")
    BODY_BOLD = ("NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC")
    HEADING = ("NotoSansCJK-Bold.ttc", "Noto Sans CJK SC")
    HEADING_LIGHT = ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC")
    BODY_TC = ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK TC")
    HEADING_TC = ("NotoSansCJK-Bold.ttc", "Noto Sans CJK TC")

    @property
    def file(self) -> str:
        """The collection's file name."""
        return self.value[0]

    @property
    def family(self) -> str:
        """The family's name in the collection."""
        return self.value[1]


@cache
def load(face: Typeface, size: int) -> ImageFont.FreeTypeFont:
    """The typeface at a size in pixels.

    Raises:
        TypefaceMissingError: the file, or the family in it, is not on this machine.
    """
    path = next((folder / face.file for folder in FOLDERS if (folder / face.file).is_file()), None)
    if path is None:
        raise TypefaceMissingError(f"{face.file} is not installed: apt-get install fonts-noto-cjk")
    for index in range(FACES_IN_COLLECTION):
        try:
            # The basic engine places every glyph alike, whether or not the shaping library is there.
            font = ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            break
        if font.getname()[0] == face.family:
            return font
    raise TypefaceMissingError(f"{path} holds no {face.family}: apt-get install fonts-noto-cjk")
