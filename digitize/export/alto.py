"""ALTO 4.4: everything found on a page, with its articles as tags and as groups of the reading order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from digitize.export.confidence import alto_digit, character_confidences, decimal, mean
from digitize.export.identity import guid, source_name, title
from digitize.export.markup import (
    add,
    add_known,
    lay_out,
    one_line,
    page_box,
    page_points,
    points_text,
    root_element,
    serialize,
    timestamp,
    xml_text,
)
from digitize.export.parts import all_passages, region_ids
from digitize.geometry import bounds
from digitize.model import Role, SeparatorKind, WritingMode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from digitize.geometry import Polygon
    from digitize.model import Article, Glyph, Issue, Page, Passage, ProcessingStep, Region, Revision, TextLine

ALTO = "http://www.loc.gov/standards/alto/ns-v4#"

_WORD = re.compile("[^ ]+")
_LAST_WORD = re.compile("[^ ]*$")
_FIRST_WORD = re.compile("^[^ ]*")


def to_alto(page: Page, articles: tuple[Article, ...], issue: Issue, revision: Revision) -> bytes:
    """Write a page as ALTO 4.4.

    A line's words, parted by blanks, are its `String`s: Chinese has none, so there a line is one. Every character is a
    `Glyph` with its box: a script without blanks has no other handle by which a search can show what it found. White
    gutters are not written: nothing is printed there.

    Args:
        page: the page; its regions in their order.
        articles: the page's articles; blocks are tagged with them and with the roles that their passages have.
        issue: what is known of the newspaper.
        revision: when the page was read.

    Returns:
        The document, UTF-8; the same values give the same bytes.
    """
    root = root_element(ALTO, "alto")
    root.set("SCHEMAVERSION", "4.4")
    _add_description(root, page, revision)
    use = _find_use(page, articles)
    _add_tags(root, page, articles, issue, use)
    _add_reading_order(root, page, articles)
    layout = add(
        add(root, "Layout"),
        "Page",
        ID=page.id,
        PHYSICAL_IMG_NR=str(page.source.frame),
        PRINTED_IMG_NR=one_line(issue.page_number) or None,
        WIDTH=str(page.width),
        HEIGHT=str(page.height),
        PC=decimal(page.confidence),
        LANG=page.language,
        PROCESSINGREFS=" ".join(_step_id(page, number) for number, _ in _numbered(page.steps)) or None,
    )
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    space = add(layout, "PrintSpace", ID=f"{page.id}-print", HPOS="0", VPOS="0", **size)
    for region in page.regions:
        _add_region(space, region, page, use)
    printed = (separator for separator in page.separators if separator.kind is not SeparatorKind.GUTTER)
    for number, separator in enumerate(printed, start=1):
        _add_area(space, "GraphicalElement", f"{page.id}-s{number:04}", separator.polygon, page)
    lay_out(root, running=())
    return serialize(root)


@dataclass(frozen=True, slots=True)
class _Hyphen:
    """A word that a hyphen parts at a line's end: where the hyphen starts, and the whole word."""

    start: int
    word: str


@dataclass(slots=True)
class _Use:
    """What the articles make of the page's regions and lines."""

    articles: dict[str, dict[str, None]] = field(default_factory=dict)  # region id -> article ids
    languages: dict[str, str] = field(default_factory=dict)  # region id -> the language, where it is not the page's
    roles: dict[str, dict[Role, None]] = field(default_factory=dict)  # line id -> roles of its passages
    hyphens: dict[str, _Hyphen] = field(default_factory=dict)  # line id -> the hyphen at its end
    rests: dict[str, str] = field(default_factory=dict)  # line id -> the whole word whose rest it starts with

    def line_roles(self, line: TextLine, region: Region) -> tuple[Role, ...]:
        return tuple(self.roles.get(line.id, {region.role: None}))

    def region_roles(self, region: Region) -> tuple[Role, ...]:
        roles = dict.fromkeys(role for line in region.lines for role in self.line_roles(line, region))
        return tuple(roles) or (region.role,)


def _find_use(page: Page, articles: tuple[Article, ...]) -> _Use:
    use = _Use()
    for article in articles:
        for region_id in region_ids(article):
            use.articles.setdefault(region_id, {})[article.id] = None
            if article.language:
                use.languages[region_id] = article.language
        for passage in all_passages(article):
            for piece in passage.pieces:
                use.roles.setdefault(piece.line.id, {})[passage.role] = None
            _find_hyphens(passage, use)
    known = {region.id for region in page.regions}
    use.articles = {region_id: ids for region_id, ids in use.articles.items() if region_id in known}
    return use


def _find_hyphens(passage: Passage, use: _Use) -> None:
    for before, after in pairwise(passage.pieces):
        hyphen = before.line.text[before.end :]
        if after.hyphenated and hyphen.strip() and " " not in hyphen:
            start, rest = _LAST_WORD.search(before.text), _FIRST_WORD.search(after.text)
            word = (start.group() if start else "") + (rest.group() if rest else "")
            use.hyphens[before.line.id] = _Hyphen(before.end, word)
            use.rests[after.line.id] = word


def _numbered(steps: tuple[ProcessingStep, ...]) -> Iterator[tuple[int, ProcessingStep]]:
    return enumerate(steps, start=1)


def _step_id(page: Page, number: int) -> str:
    return f"{page.id}-step{number:02}"


def _add_description(root: etree._Element, page: Page, revision: Revision) -> None:
    description = add(root, "Description")
    add(description, "MeasurementUnit", "pixel")
    source = add(description, "sourceImageInformation")
    add(source, "fileName", source_name(page.source))
    add(source, "fileIdentifier", page.source.sha256, fileIdentifierLocation="sha256")
    add_known(source, "documentIdentifier", page.source.identifier)
    for number, step in _numbered(page.steps):
        processing = add(description, "Processing", ID=_step_id(page, number))
        add(processing, "processingDateTime", timestamp(revision.created))
        add(processing, "processingStepDescription", one_line(step.name))
        if one_line(step.settings):
            add(processing, "processingStepSettings", one_line(step.settings))
        software = add(processing, "processingSoftware")
        add(software, "softwareName", one_line(step.software))
        add(software, "softwareVersion", one_line(step.version))


def _add_tags(root: etree._Element, page: Page, articles: tuple[Article, ...], issue: Issue, use: _Use) -> None:
    tags = add(root, "Tags")
    used = {role for region in page.regions for role in use.region_roles(region)}
    for role in Role:
        if role in used:
            add(tags, "LayoutTag", ID=_role_id(role), TYPE="role", LABEL=role.value)
    for article in articles:
        kind, label = article.kind.value, title(article)
        add(tags, "StructureTag", ID=article.id, TYPE=kind, LABEL=label, URI=guid(article, page, issue))
    if issue.date:
        add(tags, "OtherTag", ID="issue-date", TYPE="date", LABEL=issue.date.isoformat())


def _role_id(role: Role) -> str:
    return f"role-{role}"


def _add_reading_order(root: etree._Element, page: Page, articles: tuple[Article, ...]) -> None:
    known = {region.id for region in page.regions}
    groups = [(a, refs) for a in articles if (refs := [id_ for id_ in region_ids(a) if id_ in known])]
    if not groups:
        return
    order = add(add(root, "ReadingOrder"), "UnorderedGroup", ID=f"order-{page.id}")
    for article, refs in groups:
        group = add(order, "OrderedGroup", ID=f"order-{article.id}", TAGREFS=article.id)
        for number, ref in enumerate(refs, start=1):
            add(group, "ElementRef", ID=f"order-{article.id}-{number:03}", REF=ref)


def _add_area(
    parent: etree._Element, tag: str, id_: str, polygon: Polygon, page: Page, **attributes: str | None
) -> etree._Element:
    """A block or a line: its box, and its outline where that says more than the box."""
    element = add(parent, tag, ID=id_, **_box(polygon, page), **attributes)
    points = page_points(polygon, page)
    if set(points) != set(bounds(points).polygon):
        add(add(element, "Shape"), "Polygon", POINTS=points_text(polygon, page))
    return element


def _box(polygon: Polygon, page: Page) -> dict[str, str]:
    return dict(zip(("HPOS", "VPOS", "WIDTH", "HEIGHT"), map(str, page_box(polygon, page)), strict=True))


def _add_region(space: etree._Element, region: Region, page: Page, use: _Use) -> None:
    roles = use.region_roles(region)
    tags = (*map(_role_id, roles), *use.articles.get(region.id, ()))
    tag = "Illustration" if region.role is Role.PICTURE else "TextBlock"
    block = _add_area(space, tag, region.id, region.polygon, page, TAGREFS=" ".join(tags))
    if tag == "Illustration":
        return
    if region.id in use.languages:
        block.set("LANG", use.languages[region.id])
    for line in region.lines:
        own = " ".join(map(_role_id, use.line_roles(line, region))) if len(roles) > 1 else None
        _add_line(block, line, page, own, use)


def _add_line(block: etree._Element, line: TextLine, page: Page, tags: str | None, use: _Use) -> None:
    direction = "ttb" if line.writing_mode is WritingMode.VERTICAL_RL else None
    element = _add_area(block, "TextLine", line.id, line.polygon, page, TAGREFS=tags, BASEDIRECTION=direction)
    hyphen = use.hyphens.get(line.id)
    text = line.text[: hyphen.start] if hyphen else line.text
    words = [w for m in _WORD.finditer(text) if (w := _word(line, *m.span())).text] or [_Word(line, "", (), ())]
    for number, word in enumerate(words, start=1):
        if number > 1:
            add(element, "SP")
        string = add(
            element,
            "String",
            ID=f"{line.id}-{number:02}",
            CONTENT=word.text,
            **word.box(page, alone=len(words) == 1),
            WC=decimal(mean(word.confidences)),
            CC="".join(map(alto_digit, word.confidences)),
            **_substitution(line, number == 1, number == len(words), use),
        )
        for glyph in word.glyphs:
            add(string, "Glyph", CONTENT=glyph.text, GC=decimal(glyph.confidence), **_box(glyph.polygon, page))
    if hyphen:
        add(element, "HYP", CONTENT=line.text[hyphen.start :])


@dataclass(frozen=True, slots=True)
class _Word:
    """Characters of a line that no blank parts, those left out that XML cannot carry."""

    line: TextLine
    text: str
    confidences: tuple[float, ...]
    glyphs: tuple[Glyph, ...]

    def box(self, page: Page, *, alone: bool) -> dict[str, str]:
        """Where it stands; nothing when only the line's place is known and the word is but a part of it."""
        if self.glyphs:
            return _box(tuple(point for glyph in self.glyphs for point in glyph.polygon), page)
        return _box(self.line.polygon, page) if alone else {}


def _word(line: TextLine, start: int, end: int) -> _Word:
    kept = [i for i in range(start, end) if xml_text(line.text[i])]
    sure = character_confidences(line)
    # One glyph for each character, or none: ALTO wants the sequence whole.
    whole = [glyph.text for glyph in line.glyphs] == list(line.text)
    glyphs = tuple(line.glyphs[i] for i in kept) if whole else ()
    return _Word(line, "".join(line.text[i] for i in kept), tuple(sure[i] for i in kept), glyphs)


def _substitution(line: TextLine, first: bool, last: bool, use: _Use) -> dict[str, str]:  # noqa: FBT001 - the word's place
    if last and line.id in use.hyphens:
        return {"SUBS_TYPE": "HypPart1", "SUBS_CONTENT": use.hyphens[line.id].word}
    if first and line.id in use.rests:
        return {"SUBS_TYPE": "HypPart2", "SUBS_CONTENT": use.rests[line.id]}
    return {}
