"""Files of earlier OCR for tests: pages typeset in columns from words, written as ALTO or PAGE, lines in any order."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from pathlib import Path

SIZE, PITCH = 30.0, 34.0
COLUMN, GUTTER, LEFT, TOP = 900.0, 60.0, 100.0, 200.0
LETTER = 0.5  # the width of a letter, in type sizes
NARROW = frozenset("acemnorsuvwxz")


@dataclass(frozen=True)
class Line:
    """A printed line: its words with their left edges, the height of its middle, its type's size."""

    words: tuple[tuple[str, float], ...]
    middle: float
    size: float = SIZE

    @property
    def text(self) -> str:
        """Its words, a blank between them."""
        return " ".join(word for word, _ in self.words)


def width(word: str, size: float = SIZE) -> float:
    """How wide a word is set."""
    return LETTER * size * len(word)


def box(word: str, x: float, line: Line) -> tuple[float, float, float, float]:
    """Left, top, width, height of a word: low without tall letters, as a recognizer finds it."""
    tall = 0.46 if set(word) <= NARROW else 0.7
    tail = 0.21 if set(word) & set("gjpqy,;") else 0.0
    base = line.middle + 0.25 * line.size
    return x, base - tall * line.size, width(word, line.size), (tall + tail) * line.size


@dataclass
class Column:
    """A column that is filled from the top down."""

    left: float = LEFT
    top: float = TOP
    measure: float = COLUMN
    size: float = SIZE

    def __post_init__(self) -> None:
        self.y = self.top
        self.lines: list[Line] = []

    def heading(self, text: str, size: float = SIZE, *, white: float = 1.0) -> Column:
        """A line in the middle of the column with white above and below."""
        self.y += white * PITCH
        words = text.split()
        whole = sum(width(word, size) for word in words) + (len(words) - 1) * LETTER * size
        x, placed = self.left + (self.measure - whole) / 2, []
        for word in words:
            placed.append((word, x))
            x += width(word, size) + LETTER * size
        self.lines.append(Line(tuple(placed), self.y, size))
        self.y += PITCH + white * PITCH
        return self

    def paragraph(self, text: str, *, indent: bool = True, whole: bool = False) -> Column:
        """Justified lines; the last one is short, or, with `whole`, set to the measure as well."""
        rest, first = text.split(), True
        while rest:
            start = self.left + (1.5 * self.size if indent and first else 0.0)
            taken: list[str] = []
            room = self.left + self.measure - start
            while rest and sum(width(w, self.size) for w in [*taken, rest[0]]) + LETTER * self.size * len(taken) <= room:
                taken.append(rest.pop(0))
            gaps = room - sum(width(w, self.size) for w in taken)
            gap = gaps / max(1, len(taken) - 1) if rest or whole else LETTER * self.size
            x, placed = start, []
            for word in taken:
                placed.append((word, x))
                x += width(word, self.size) + gap
            self.lines.append(Line(tuple(placed), self.y, self.size))
            self.y += PITCH
            first = False
        return self

    def signature(self, text: str) -> Column:
        """A name at the right edge."""
        words = text.split()
        x, placed = self.left + self.measure - width(text, self.size), []
        for word in words:
            placed.append((word, x))
            x += width(word, self.size) + LETTER * self.size
        self.lines.append(Line(tuple(placed), self.y, self.size))
        self.y += 2 * PITCH
        return self


VERBS = ("reports", "declares", "expects", "denies", "announces", "forwards", "receives", "considers")
NOUNS = ("the", "harbour", "council", "garrison", "minister", "railway", "harvest", "assembly", "courier", "bridge", "treaty")


def sentence(seed: str, count: int = 12) -> str:
    """A sentence of its own for each seed; sentences begin in capitals and end in full stops."""
    chance = random.Random(seed)  # noqa: S311 - a text, no secret
    words = [chance.choice(NOUNS if i % 3 else VERBS) for i in range(count)]
    return f"{' '.join([seed.capitalize(), *words])}."


def text(seed: str, sentences: int) -> str:
    """So many sentences."""
    return " ".join(sentence(f"{seed}{chr(97 + i)}") for i in range(sentences))


def shuffled(*columns: Column) -> list[Line]:
    """All lines of the columns in an order that tells nothing."""
    lines = [line for column in columns for line in column.lines]
    random.Random(7).shuffle(lines)  # noqa: S311 - an order, no secret
    return lines


def bounds(line: Line) -> tuple[float, float, float, float]:
    """Left, top, width, height of a line."""
    boxes = [box(word, x, line) for word, x in line.words]
    x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return x0, y0, max(b[0] + b[2] for b in boxes) - x0, max(b[1] + b[3] for b in boxes) - y0


def alto(
    lines: list[Line],
    *,
    size: tuple[int, int] = (2100, 3000),
    namespace: str = "http://www.loc.gov/standards/alto/ns-v3#",
    unit: str = "pixel",
    scale: float = 1.0,
    image: str = "",
    extra: str = "",
) -> bytes:
    """An ALTO file with all lines in one block; `scale` is how many of its units make a pixel."""

    def place(values: tuple[float, float, float, float]) -> str:
        return " ".join(f'{key}="{v * scale:.0f}"' for key, v in zip(("HPOS", "VPOS", "WIDTH", "HEIGHT"), values, strict=True))

    written = []
    for line in lines:
        strings = "<SP/>".join(
            f'<String {place(box(word, x, line))} CONTENT={quoteattr(word)} WC="0.9"/>' for word, x in line.words
        )
        written.append(f"<TextLine {place(bounds(line))}>{strings}</TextLine>")
    whole = f'WIDTH="{size[0] * scale:.0f}" HEIGHT="{size[1] * scale:.0f}"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alto{f' xmlns="{namespace}"' if namespace else ""}><Description><MeasurementUnit>{unit}</MeasurementUnit>
<sourceImageInformation><fileName>{image}</fileName></sourceImageInformation></Description>
<Layout><Page ID="P1" {whole}><PrintSpace HPOS="0" VPOS="0" {whole}>{extra}
<TextBlock ID="all" HPOS="0" VPOS="0" {whole}>{"".join(written)}</TextBlock></PrintSpace></Page></Layout></alto>""".encode()


def page(lines: list[Line], *, year: str = "2019-07-15", words: bool = True, size: tuple[int, int] = (2100, 3000)) -> bytes:
    """A PAGE file with all lines in one region."""

    def outline(values: tuple[float, float, float, float]) -> str:
        x, y, w, h = (round(v) for v in values)
        return f'<Coords points="{x},{y} {x + w},{y} {x + w},{y + h} {x},{y + h}"/>'

    written = []
    for line in lines:
        parts = "".join(
            f'<Word>{outline(box(word, x, line))}<TextEquiv conf="0.8"><Unicode>{word}</Unicode></TextEquiv></Word>'
            for word, x in line.words
        )
        unicode = f'<TextEquiv conf="0.7"><Unicode>{line.text}</Unicode></TextEquiv>'
        written.append(f"<TextLine>{outline(bounds(line))}{parts if words else ''}{unicode}</TextLine>")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/{year}"><Metadata><Creator>an engine</Creator></Metadata>
<Page imageFilename="p.png" imageWidth="{size[0]}" imageHeight="{size[1]}" primaryLanguage="English">
<TextRegion id="all">{outline((0, 0, *size))}{"".join(written)}</TextRegion></Page></PcGts>""".encode()


def mets(pages: list[str], *, title: str = "The Courier", date: str = "1858-12-07", images: tuple[str, ...] = ()) -> bytes:
    """A METS file of an issue; MODS says which."""
    files = "".join(f'<file ID="O{i}"><FLocat LOCTYPE="URL" xlink:href="file://./{p}"/></file>' for i, p in enumerate(pages))
    files += "".join(f'<file ID="I{i}"><FLocat LOCTYPE="URL" xlink:href="{p}"/></file>' for i, p in enumerate(images))
    pointers = [f'<fptr FILEID="O{i}"/>' + (f'<fptr FILEID="I{i}"/>' if images else "") for i in range(len(pages))]
    numbered = [f'ORDER="{n}" ORDERLABEL="{n}"' for n in range(1, len(pages) + 1)]
    divs = "".join(f'<div TYPE="page" {number}>{pointer}</div>' for number, pointer in zip(numbered, pointers, strict=True))
    return f"""<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:m="http://www.loc.gov/mods/v3">
<metsHdr/><dmdSec ID="D1"><mdWrap><xmlData><m:mods><m:titleInfo><m:title>{title}</m:title></m:titleInfo>
<m:part><m:detail type="issue"><m:number>288</m:number></m:detail></m:part>
<m:originInfo><m:dateIssued>{date}</m:dateIssued></m:originInfo></m:mods></xmlData></mdWrap></dmdSec>
<fileSec><fileGrp>{files}</fileGrp></fileSec>
<structMap TYPE="LOGICAL"><div TYPE="Newspaper" DMDID="D1"/></structMap>
<structMap TYPE="PHYSICAL"><div TYPE="issue">{divs}</div></structMap></mets>""".encode()


def two_columns() -> tuple[Column, Column]:
    """A page of two columns with three items, the second of which goes on in the second column in mid-sentence."""
    first, second = Column(), Column(left=LEFT + COLUMN + GUTTER)
    first.heading("GERMANY.").paragraph(text("berlin", 7)).paragraph(text("vienna", 5))
    first.heading("FRANCE.").paragraph(text("paris", 6)).paragraph(open_end("lyon"), whole=True)
    second.paragraph(f"went on {text('marseille', 7)}", indent=False)
    second.heading("GREAT BRITAIN.").paragraph(text("london", 8)).signature("A. Writer")
    return first, second


def open_end(seed: str) -> str:
    """A paragraph that ends in mid-sentence."""
    return f"{text(seed, 4)} {sentence(seed).rstrip('.')} and"


def moved(line: Line, *, dy: float) -> Line:
    """The line further down."""
    return replace(line, middle=line.middle + dy)


def write_issue(folder: Path) -> Path:
    """Two pages of ALTO in a new folder; the second begins in the midst of an article of the first."""
    folder.mkdir()
    first, second = two_columns()
    second.lines.pop()  # the signature
    (folder / "p1.xml").write_bytes(alto(shuffled(first, second)))
    more, last = two_columns()
    more.lines.pop(0)  # the heading
    (folder / "p2.xml").write_bytes(alto(shuffled(more, last)))
    return folder
