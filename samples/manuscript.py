"""What is to be typeset: a page's stories and how they are to stand, read from `texts/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from typefaces import Typeface

if TYPE_CHECKING:
    from pathlib import Path

SUBHEADING_MARK = "# "


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a story, or a subheading between paragraphs."""

    text: str
    subheading: bool = False


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """A picture within a story: its scene, first column and span within the story, height in pixels and caption."""

    scene: str
    column: int
    span: int
    height: int
    caption: str


@dataclass(frozen=True, slots=True)
class Story:
    """One news item or advertisement and its place: row of the page, first column, number of columns.

    `headline` and `deck` are given in printed lines. `frame` is the printed box around it. The heading stands over
    `heading_span` of its columns, 0 for all; the columns beside it begin at the top.
    """

    row: int
    column: int
    span: int
    kind: Literal["article", "advertisement"] = "article"
    frame: Literal["none", "box", "thick"] = "none"
    kicker: str = ""
    headline: tuple[str, ...] = ()
    headline_size: int = 0
    headline_face: Typeface = Typeface.HEADING
    heading_span: int = 0
    deck: tuple[str, ...] = ()
    byline: str = ""
    byline_place: Literal["", "head", "end", "run-in"] = ""
    continued_from: str = ""
    continued_to: str = ""
    rule_above: bool = False
    picture: PictureSpec | None = None
    blocks: tuple[Block, ...] = ()
    lines: tuple[str, ...] = ()
    line_sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page: its folio, its grid and its stories in reading order. Sizes are in pixels, `measure` in characters."""

    id: str
    file: str
    newspaper: str
    date: str
    section: str
    columns: int
    measure: int
    type_size: int
    gutter: int
    stories: tuple[Story, ...]
    romanized: str = ""
    issue: str = ""
    masthead: bool = False
    rules: bool = False
    film_seed: int | None = None

    @property
    def column_width(self) -> int:
        """The width of one column, pixels."""
        return self.measure * self.type_size

    @property
    def width(self) -> int:
        """The width of the type area, pixels."""
        return self.columns * self.column_width + (self.columns - 1) * self.gutter

    def left(self, column: int) -> int:
        """The left edge of a column (from 1) within the type area, pixels."""
        return (column - 1) * (self.column_width + self.gutter)

    def span_width(self, span: int) -> int:
        """The width of that many columns with the gutters between them, pixels."""
        return span * self.column_width + (span - 1) * self.gutter


def read_page(path: Path) -> PageSpec:
    """Read a page's manuscript; the page is named after the file.

    Raises:
        ValueError: the file names a setting that there is not.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    stories = tuple(_story(table) for table in content["story"])
    known = {field.name for field in fields(PageSpec)}
    if unknown := set(content["page"]) - known:
        raise ValueError(f"{path}: no such setting of a page: {', '.join(sorted(unknown))}")
    return PageSpec(id=path.stem, stories=stories, **content["page"])


def _story(table: dict[str, Any]) -> Story:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    values["blocks"] = tuple(map(_block, values.pop("text", "").strip().splitlines()))
    if "picture" in values:
        values["picture"] = PictureSpec(**values["picture"])
    if "headline_face" in values:
        values["headline_face"] = Typeface[values["headline_face"]]
    if unknown := set(values) - {field.name for field in fields(Story)}:
        raise ValueError(f"no such setting of a story: {', '.join(sorted(unknown))}")
    return Story(**values)


def _block(line: str) -> Block:
    if line.startswith(SUBHEADING_MARK):
        return Block(line.removeprefix(SUBHEADING_MARK), subheading=True)
    return Block(line)
