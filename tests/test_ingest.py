"""Files of earlier OCR are read: what they tell of lines, words, rules and issues; what is wrong with them, in one line."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transcribed import alto, mets, page, shuffled, two_columns

from digitize.errors import PageError
from digitize.geometry import Box, bounds
from digitize.ingest import read_issue, read_ocr, read_transcripts

if TYPE_CHECKING:
    from digitize.model import Transcript

LINES = shuffled(*two_columns())


def transcript(content: bytes, *, size: tuple[int, int] | None = None) -> Transcript:
    """The one page of a file."""
    (made,) = read_transcripts(content, "x.xml", ("x",), size=size)
    return made


def strings(line: str, block: str = "") -> bytes:
    """An ALTO file of one line of strings."""
    return f"""<alto><Layout><Page WIDTH="1000" HEIGHT="500"><PrintSpace>{block}<TextBlock>
    <TextLine HPOS="10" VPOS="10" WIDTH="300" HEIGHT="20">{line}</TextLine>
    </TextBlock></PrintSpace></Page></Layout></alto>""".encode()


WORD = '<String HPOS="10" VPOS="10" WIDTH="100" HEIGHT="20" CONTENT="harbour" {}/>'


@pytest.mark.parametrize(
    "namespace",
    ["", *(f"http://www.loc.gov/standards/alto/ns-v{n}#" for n in (2, 3, 4)), "http://schema.ccs-gmbh.com/ALTO"],
)
def test_alto_of_any_version_gives_lines_with_their_words(namespace: str) -> None:
    """Text, places of words and confidences are the file's, whatever namespace its version has."""
    made = transcript(alto(LINES, namespace=namespace))
    assert [line.text for line in made.lines] == [line.text for line in LINES]
    assert all(0.9 <= line.confidence < 0.93 for line in made.lines)  # blanks between words are sure
    first, glyphs = made.lines[0], made.lines[0].glyphs
    assert "".join(glyph.text for glyph in glyphs) == first.text
    assert min(x for x, _ in glyphs[0].polygon) == pytest.approx(LINES[0].words[0][1], abs=1)


@pytest.mark.parametrize(("unit", "scale", "dpi"), [("mm10", 254 / 300, 254), ("inch1200", 4.0, 1200), ("pixel", 1.0, None)])
def test_units_are_led_to_the_image_s_pixels(unit: str, scale: float, dpi: float | None) -> None:
    """Tenths of millimetres and twelve-hundredths of inches come out where pixels do; without an image, a unit is a pixel."""
    plain, other = transcript(alto(LINES)), transcript(alto(LINES, unit=unit, scale=scale), size=(2100, 3000))
    for a, b in zip(plain.lines, other.lines, strict=True):
        assert (b.box.x0, b.box.y1) == pytest.approx((a.box.x0, a.box.y1), abs=2)
    alone = transcript(alto(LINES, unit=unit, scale=scale))
    assert (alone.source.width, alone.dpi) == (round(2100 * scale), dpi)


@pytest.mark.parametrize(
    ("hyphen", "text", "parted"),
    [
        ('<HYP CONTENT="-"/>', "harbour-", True),
        ('<HYP HPOS="110" VPOS="20" WIDTH="10" HEIGHT="3" CONTENT="\u00ad"/>', "harbour\u00ad", True),
        ("", "harbour", None),
    ],
)
def test_hyphens_at_line_ends_are_part_of_the_line(hyphen: str, text: str, *, parted: bool | None) -> None:
    """HYP stands at the end of its line's text, and says that it parts a word."""
    (line,) = transcript(strings(WORD.format("") + hyphen)).lines
    assert (line.text, line.hyphenated) == (text, parted)


def test_a_hyphen_that_the_whole_word_keeps_is_its_own() -> None:
    """SUBS_CONTENT tells hyphens of the word from those that part it, also where CONTENT holds the hyphen already."""
    for whole, parted in (("harbour-master", False), ("harbourage", True)):
        word = WORD.replace('CONTENT="harbour"', 'CONTENT="harbour-"').format(f'SUBS_TYPE="HypPart1" SUBS_CONTENT="{whole}"')
        (line,) = transcript(strings(word)).lines
        assert (line.text, line.hyphenated) == ("harbour-", parted)


@pytest.mark.parametrize(("told", "confidence"), [('WC="0.25"', 0.25), ('CC="0000999"', 4 / 7), ("", 1.0), ('WC="7"', 1.0)])
def test_confidence_is_the_word_s_else_its_characters(told: str, confidence: float) -> None:
    """WC is taken as it is, within bounds; without it CC, of which 0 is sure; without both, nothing is doubted."""
    (line,) = transcript(strings(WORD.format(told))).lines
    assert line.confidence == pytest.approx(confidence)


def test_graphical_elements_are_rules_or_drawings() -> None:
    """What is long and thin is a rule; what is large is a picture; small ornaments are neither."""
    element = '<GraphicalElement HPOS="{}" VPOS="{}" WIDTH="{}" HEIGHT="{}"/>'
    extra = element.format(50, 300, 400, 4) + element.format(600, 100, 200, 200) + element.format(500, 50, 5, 5)
    made = transcript(strings(WORD.format(""), extra))
    assert [separator.vertical for separator in made.separators] == [False]
    assert [(box.x0, box.height) for box in made.pictures] == [(600, 200)]


@pytest.mark.parametrize("year", ["2013-07-15", "2016-07-15", "2019-07-15", "2024-07-15"])
@pytest.mark.parametrize("words", [True, False])
def test_page_of_any_year_gives_the_same_lines(year: str, *, words: bool) -> None:
    """PAGE tells text and outline of lines, and of words where it has them; where not, the line's box is parted."""
    made = transcript(page(LINES, year=year, words=words))
    assert [line.text for line in made.lines] == [line.text for line in LINES]
    assert made.lines[0].confidence == pytest.approx(0.8 if words else 0.7, abs=0.06)
    assert (made.language, made.image) == ("en", "p.png")
    assert [step.software for step in made.steps] == ["an engine"]


def test_page_separators_and_pictures_are_read() -> None:
    """Separator regions are rules, image regions pictures, nested or not."""
    rule = '<SeparatorRegion id="s"><Coords points="1050,100 1054,100 1054,2900 1050,2900"/></SeparatorRegion>'
    picture = '<ImageRegion id="i"><Coords points="100,100 500,100 500,400"/></ImageRegion>'
    made = transcript(page(LINES).replace(b"<TextRegion", f"{rule}{picture}<TextRegion".encode()))
    assert [separator.vertical for separator in made.separators] == [True]
    assert [(box.width, box.height) for box in made.pictures] == [(400, 300)]


def test_page_takes_the_first_reading() -> None:
    """Of several readings of a line the one with the lowest index counts."""
    both = (
        b'<TextEquiv index="1"><Unicode>worse</Unicode></TextEquiv><TextEquiv index="0"><Unicode>better</Unicode></TextEquiv>'
    )
    content = page(LINES[:1], words=False)
    start, end = content.index(b"<TextEquiv"), content.index(b"</TextLine>")
    assert transcript(content[:start] + both + content[end:]).lines[0].text == "better"


def test_mets_tells_pages_newspaper_and_date() -> None:
    """The physical structure gives the order of pages with their files, MODS what issue it is."""
    issue = read_issue(mets(["text/2.xml", "text/1.xml"], images=("img/2.jp2", "img/1.jp2")), "mets.xml")
    assert [(p.ocr, p.images) for p in issue.pages] == [("text/2.xml", ("img/2.jp2",)), ("text/1.xml", ("img/1.jp2",))]
    folio = issue.folio
    assert (folio.newspaper, folio.date, folio.issue_number) == ("The Courier", dt.date(1858, 12, 7), "288")


def test_mets_names_no_file_elsewhere() -> None:
    """Files on other machines are not looked for."""
    assert read_issue(mets(["a.xml"]).replace(b"file://./", b"https://archive.example/"), "mets.xml").pages == ()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE alto [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><alto><Layout><Page WIDTH="10" HEIGHT="10" ID="&c;"/></Layout></alto>"""
EXTERNAL = b"""<!DOCTYPE alto [<!ENTITY x SYSTEM "file:///etc/hostname">]><alto><Layout><Page>&x;</Page></Layout></alto>"""
DEEP = b"<alto>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</alto>"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "declares entities"),
        (BOMB.decode().encode("utf-16"), "entities|XML"),
        (EXTERNAL, "declares entities"),
        (DEEP, "cannot be read as XML"),
        (b"", "cannot be read as XML"),
        (alto(LINES)[:-40], "cannot be read as XML"),
        (b"<html/>", "neither ALTO nor PAGE but html"),
        (b"<alto/>", "without a page"),
        (b"<PcGts/>", "without a page"),
        (b"<alto><Layout><Page/></Layout></alto>", "without a size"),
        (b'<PcGts><Page imageWidth="0" imageHeight="x"/></PcGts>', "without a size"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_one_line(content: bytes, told: str) -> None:
    """Bombs, external entities, deep nesting, damage and other formats are refused at once, with the file's name."""
    with pytest.raises(PageError, match=told) as caught:
        read_ocr(content, "bad.xml")
    assert str(caught.value).startswith("bad.xml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "", "wide"])
def test_a_word_without_a_place_stands_in_its_line(value: str) -> None:
    """A word whose box makes no sense is kept: its line's box is parted among all words by their characters."""
    word = WORD.format("").replace('WIDTH="100"', f'WIDTH="{value}"')
    (line,) = transcript(strings(word + WORD.format(""))).lines
    assert (line.text, line.box) == ("harbour harbour", Box(10, 10, 310, 30))
    assert line.glyphs[0].polygon[0] == (10, 10)
    assert line.glyphs[-1].polygon[2] == (310, 30)
    assert [g.polygon[1][0] <= h.polygon[0][0] + 1e-6 for g, h in itertools.pairwise(line.glyphs)] == [True] * 14


def test_a_word_without_width_keeps_its_place() -> None:
    """Strings that were cut off with the image's edge stand where the file says, as wide as their letters."""
    block = '<TextBlock><TextLine HPOS="900" VPOS="40" WIDTH="0" HEIGHT="20">{}</TextLine></TextBlock>'
    word = '<String HPOS="900" VPOS="40" WIDTH="0" HEIGHT="20" CONTENT="1735"/>'
    assert transcript(strings("", block.format(word))).lines[0].box == Box(900, 40, 940, 60)


BARE = """<alto><Layout><Page WIDTH="1000" HEIGHT="500"><PrintSpace><TextBlock HPOS="100" VPOS="50" WIDTH="400" HEIGHT="90">
<TextLine><String CONTENT="the"/><SP/><String CONTENT="harbour"/></TextLine>
<TextLine HPOS="100" VPOS="81" WIDTH="390" HEIGHT="28"><String CONTENT="of the"/></TextLine>
<TextLine><String CONTENT="city" SUBS_TYPE="HypPart1"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"""


def test_alto_lines_without_a_place_stand_in_their_block() -> None:
    """Lines take even shares of their block's height where the file has no place for them, or of the page's."""
    lines = transcript(BARE.encode()).lines
    assert [line.text for line in lines] == ["the harbour", "of the", "city-"]
    assert [line.box for line in lines] == [Box(100, 50, 500, 80), Box(100, 81, 490, 109), Box(100, 110, 500, 140)]
    bare = re.sub(r"<TextBlock [^>]*>", "<TextBlock>", BARE).encode()
    assert [line.box.x1 for line in transcript(bare).lines] == [1000, 490, 1000]


REGION = """<PcGts><Page imageWidth="1000" imageHeight="500"><TextRegion id="a"><Coords points="100,50 500,50 500,140 100,140"/>
{}</TextRegion></Page></PcGts>"""
NO_LINES = "<TextEquiv><Unicode>the harbour\nof the\ncity</Unicode></TextEquiv>"


@pytest.mark.parametrize("lines", ["", "<TextLine/>", "<TextLine><Word/></TextLine>"])
def test_page_regions_whose_lines_have_no_text_give_their_own(lines: str) -> None:
    """Truth of layout is often kept so: text and outline of regions; its lines are those of the text."""
    made = transcript(REGION.format(lines + NO_LINES).encode())
    assert [line.text for line in made.lines] == ["the harbour", "of the", "city"]
    assert [line.box for line in made.lines] == [Box(100, y, 500, y + 30) for y in (50, 80, 110)]
    assert made.blocks == (("x-l0001", "x-l0002", "x-l0003"),)


def test_page_regions_take_the_places_of_their_lines() -> None:
    """Where the file has as many lines without text as the region's text has, the text stands in them."""
    outlines = [f'<TextLine><Coords points="100,{y} 400,{y} 400,{y + 20}"/></TextLine>' for y in (50, 90, 120)]
    made = transcript(REGION.format("".join(outlines) + NO_LINES).encode())
    assert [line.box.y0 for line in made.lines] == [50, 90, 120]


def test_a_paragraph_without_line_breaks_fills_its_region() -> None:
    """A region's text in one piece comes in as many lines as its characters need: it is no headline in huge type."""
    words = " ".join(["harbour"] * 60)
    region = REGION.format(f"<TextEquiv><Unicode>{words}</Unicode></TextEquiv>").encode()
    lines = transcript(region).lines
    assert " ".join(line.text for line in lines) == words
    assert 5 <= len(lines) <= 9
    assert {round(line.box.width / (0.5 * line.box.height * len(line.text)), 1) for line in lines[:-1]} <= {0.8, 0.9, 1.0, 1.1}


def test_text_of_nested_regions_comes_once() -> None:
    """A region that repeats the text of those in it does not give it again."""
    inner = f'<TextRegion id="b"><Coords points="100,50 500,50 500,140 100,140"/>{NO_LINES}</TextRegion>'
    assert len(transcript(REGION.format(inner + NO_LINES).encode()).lines) == 3


def test_words_are_their_characters_where_they_have_no_text() -> None:
    """Truth of characters alone gives words; a word is as sure as its least sure character."""
    glyphs = "".join(
        f'<Glyph><TextEquiv conf="{c}"><Unicode>{t}</Unicode></TextEquiv></Glyph>' for t, c in (("o", 0.9), ("f", 0.4))
    )
    line = REGION.format(f'<TextLine><Coords points="100,50 500,80"/><Word>{glyphs}</Word></TextLine>')
    (found,) = transcript(line.encode()).lines
    assert (found.text, found.confidence, found.box) == ("of", 0.4, Box(100, 50, 500, 80))


@given(st.data())
def test_whatever_has_no_place_no_word_is_lost(data: st.DataObject) -> None:
    """From any elements, places may be missing or senseless: every word of the file is in the transcript, in its order."""
    for content, mark in ((alto(LINES[:6]), rb' HPOS="\d+"| WIDTH="\d+"'), (page(LINES[:6]), rb'points="[^"]*"')):
        chosen = iter(data.draw(st.lists(st.sampled_from([b"", b" ", None]), min_size=400, max_size=400)))
        spoiled = re.sub(mark, lambda m: m.group() if (new := next(chosen)) is None else new, content)  # noqa: B023
        spoiled = re.sub(rb"<Page .*?>", re.search(rb"<Page .*?>", content).group(), spoiled)  # type: ignore[union-attr]
        made = transcript(spoiled)
        assert [line.text for line in made.lines] == [line.text for line in LINES[:6]]
        assert all(len(line.glyphs) == len(line.text) for line in made.lines)


NDNP = """<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:m="http://www.loc.gov/mods/v3"
 LABEL="The Harbour Courier. (Northport, OR), 1905-01-03"><dmdSec ID="issueModsBib"><mdWrap><xmlData><m:mods>
<m:relatedItem type="host"><m:identifier type="lccn">sn00000001</m:identifier><m:part><m:detail type="issue"><m:number>7
</m:number></m:detail></m:part></m:relatedItem>
<m:originInfo><m:dateIssued encoding="iso8601">1905-01-03</m:dateIssued></m:originInfo>
</m:mods></xmlData></mdWrap></dmdSec><fileSec>{files}</fileSec><structMap><div TYPE="np:issue" DMDID="issueModsBib">{divs}</div>
</structMap></mets>"""


def test_mets_of_other_profiles_is_read() -> None:
    """Structures that are not called physical, types with a prefix, sections with an order of their own, several OCR files."""
    names = [f"{folder}/{page}.xml" for page in range(4) for folder in ("draft", "ocr")]
    files = "".join(f'<file ID="f{i}"><FLocat xlink:href="./{name}"/></file>' for i, name in enumerate(names))
    pointers = [f'<fptr FILEID="f{2 * n}"/><fptr FILEID="f{2 * n + 1}"/>' for n in range(4)]
    pages = [f'<div TYPE="np:page" ORDER="{n % 2}" ORDERLABEL="Page {n + 1}">{pointers[n]}</div>' for n in range(4)]
    divs = "".join(f'<div TYPE="np:section" ORDER="{2 - s}">{"".join(pages[2 * s : 2 * s + 2])}</div>' for s in (0, 1))
    issue = read_issue(NDNP.format(files=files, divs=divs).encode(), "mets.xml")
    assert [(p.ocr, p.number) for p in issue.pages] == [(f"ocr/{n}.xml", str(n + 1)) for n in (2, 3, 0, 1)]
    assert (issue.folio.newspaper, issue.folio.date) == ("The Harbour Courier", dt.date(1905, 1, 3))
    assert issue.folio.issue_number == "7"


def test_words_of_ideographs_have_no_blanks_between_them() -> None:
    """Recognizers give single characters as words; letters and figures among them keep their blanks."""
    words = [("本", 0), ("报", 20), ("讯", 40), ("KTV", 60), ("abc", 120), ("十日", 180)]
    string = '<String HPOS="{}" VPOS="10" WIDTH="20" HEIGHT="20" CONTENT="{}"/>'
    (line,) = transcript(strings("".join(string.format(x, word) for word, x in words))).lines
    assert line.text == "本报讯 KTV abc 十日"
    assert "".join(glyph.text for glyph in line.glyphs) == line.text


def test_characters_of_a_vertical_line_stand_below_each_other() -> None:
    """A line that is higher than wide is parted downwards."""
    line = '<TextLine><Coords points="100,50 120,50 120,90 100,90"/><TextEquiv><Unicode>晶報</Unicode></TextEquiv></TextLine>'
    (found,) = transcript(REGION.format(line).encode()).lines
    assert [bounds(glyph.polygon) for glyph in found.glyphs] == [Box(100, 50, 120, 70), Box(100, 70, 120, 90)]
