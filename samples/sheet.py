"""What stands on a typeset page: lines of type, rules, frames and pictures, in page pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linebreak import SetRun
    from typefaces import Typeface


@dataclass(frozen=True, slots=True)
class Area:
    """An upright rectangle, pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    def moved(self, dx: float, dy: float) -> Area:
        """The rectangle, moved."""
        return Area(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    @property
    def rounded(self) -> tuple[int, int, int, int]:
        """Its four edges as whole pixels: left, top, right, bottom."""
        return round(self.x0), round(self.y0), round(self.x1), round(self.y1)


@dataclass(frozen=True, slots=True)
class TypeLine:
    """One printed line: its run of characters, the left end and the top of its em box, and what it is.

    `block` counts the story's blocks (paragraphs and subheadings) from 0, `column` its columns from 0; -1 outside them.
    """

    run: SetRun
    x: float
    y: float
    face: Typeface
    size: int
    role: str
    story: int | None = None
    block: int = -1
    column: int = -1

    @property
    def text(self) -> str:
        """The line's characters."""
        return self.run.text

    @property
    def area(self) -> Area:
        """The line's em boxes, from its first character's left to its last one's right."""
        return Area(self.x, self.y, self.x + self.run.width, self.y + self.size)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight rule or the outline of a frame, `weight` pixels thick."""

    area: Area
    weight: int
    outline: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A place for a picture of a scene."""

    area: Area
    scene: str
    story: int


@dataclass(frozen=True, slots=True)
class Zone:
    """The place of a story on the page: `kind` is article or advertisement."""

    area: Area
    kind: str
    story: int


@dataclass(frozen=True, slots=True)
class Setting:
    """Type and ornaments that belong together, and the height that they take."""

    lines: tuple[TypeLine, ...] = ()
    rules: tuple[Rule, ...] = ()
    pictures: tuple[Picture, ...] = ()
    zones: tuple[Zone, ...] = ()
    height: float = 0.0

    def moved(self, dx: float, dy: float) -> Setting:
        """Everything, moved."""
        return Setting(
            tuple(replace(line, x=line.x + dx, y=line.y + dy) for line in self.lines),
            tuple(replace(rule, area=rule.area.moved(dx, dy)) for rule in self.rules),
            tuple(replace(picture, area=picture.area.moved(dx, dy)) for picture in self.pictures),
            tuple(replace(zone, area=zone.area.moved(dx, dy)) for zone in self.zones),
            self.height,
        )


def joined(settings: list[Setting], height: float) -> Setting:
    """Several settings as one."""
    return Setting(
        tuple(line for s in settings for line in s.lines),
        tuple(rule for s in settings for rule in s.rules),
        tuple(picture for s in settings for picture in s.pictures),
        tuple(zone for s in settings for zone in s.zones),
        height,
    )
