"""Small builders of pages and articles for tests: a few boxes, a few lines, what the test is about and no more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from digitize.geometry import IDENTITY, Box
from digitize.model import (
    Article,
    ArticleKind,
    Dateline,
    Figure,
    Folio,
    Glyph,
    Issue,
    LinePiece,
    Mark,
    MarkKind,
    Page,
    Passage,
    Person,
    ProcessingStep,
    Region,
    Revision,
    Role,
    Separator,
    SeparatorKind,
    Source,
    TextLine,
    WritingMode,
)

PAGE_ID = "A08"
WIDTH, HEIGHT = 1200, 1600
TYPE_SIZE = 20.0
PITCH = 30.0
SHA256 = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"

SOURCE = Source(f"in/{PAGE_ID}.jpg", 1, 1, SHA256, "image/jpeg", WIDTH, HEIGHT)
STEPS = (
    ProcessingStep("layout", "digitize", "0.1.0"),
    ProcessingStep("recognition", "paddleocr", "3.7.0", "model=small"),
)
ISSUE = Issue("试验日报", dt.date(2020, 5, 17), "二〇二〇年五月十七日", "8", "要闻", "21734")
NO_ISSUE = Issue()
FIRST_READ = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
REVISION = Revision(1, FIRST_READ, FIRST_READ)
SECOND_REVISION = Revision(2, FIRST_READ + dt.timedelta(days=30), FIRST_READ)


def make_line(
    text: str,
    number: int = 1,
    *,
    x: float = 100.0,
    y: float = 100.0,
    confidence: float = 0.97,
    doubtful: tuple[int, ...] = (),
    writing_mode: WritingMode = WritingMode.HORIZONTAL_TB,
) -> TextLine:
    """A line with a square glyph for each character; those named in `doubtful` were read with a confidence of 0.31."""
    vertical = writing_mode is WritingMode.VERTICAL_RL
    size = TYPE_SIZE
    boxes = [
        Box(x, y + i * size, x + size, y + (i + 1) * size) if vertical else Box(x + i * size, y, x + (i + 1) * size, y + size)
        for i in range(max(1, len(text)))
    ]
    confidences = [0.31 if i in doubtful else confidence for i in range(len(text))]
    glyphs = tuple(Glyph(c, sure, box.polygon) for c, sure, box in zip(text, confidences, boxes, strict=False))
    box = Box(x, y, boxes[-1].x1, boxes[-1].y1)
    mean = sum(confidences) / len(confidences) if confidences else 0.0
    return TextLine(f"{PAGE_ID}-l{number:04}", box.polygon, box, size, writing_mode, text=text, confidence=mean, glyphs=glyphs)


def make_region(role: Role, lines: tuple[TextLine, ...], number: int, *, column: int = 1, box: Box | None = None) -> Region:
    """A region around its lines, or, where it has none, of the given box."""
    area = box or Box(
        min(line.box.x0 for line in lines),
        min(line.box.y0 for line in lines),
        max(line.box.x1 for line in lines),
        max(line.box.y1 for line in lines),
    )
    return Region(f"{PAGE_ID}-r{number:03}", role, area.polygon, area, lines, None, column)


def make_passage(region: Region, *marks: Mark, role: Role | None = None, gap: str = "") -> Passage:
    """The running text of a region; `gap` stands between its lines."""
    pieces = tuple(LinePiece(line, 0, len(line.text), gap if i else "") for i, line in enumerate(region.lines))
    return Passage(role or region.role, pieces, (region.id,), marks)


def make_page(regions: tuple[Region, ...], **changes: object) -> Page:
    """A page of 1200 x 1600 pixels with those regions."""
    page = Page(PAGE_ID, SOURCE, WIDTH, HEIGHT, IDENTITY, WIDTH, HEIGHT, TYPE_SIZE, PITCH, regions, steps=STEPS, folio=Folio())
    return replace(page, **({"language": "zh-Hans"} | changes))  # type: ignore[arg-type]


def make_article(*passages: Passage, number: int = 1, **changes: object) -> Article:
    """An article of those passages."""
    article = Article(f"{PAGE_ID}-a{number:03}", ArticleKind.ARTICLE, number, passages)
    return replace(article, **changes)  # type: ignore[arg-type]


@dataclass
class Setter:
    """Sets type onto a page: each call makes a region of new lines below the last one, with ids that count up."""

    column: int = 1
    writing_mode: WritingMode = WritingMode.HORIZONTAL_TB
    regions: list[Region] = field(default_factory=list)
    _lines: int = 0
    _y: float = 40.0

    def set(self, role: Role, *texts: str, doubtful: tuple[int, ...] = ()) -> Region:
        """A region with those lines; in its first line, the characters at `doubtful` are doubtful."""
        lines = []
        for i, text in enumerate(texts):
            self._lines += 1
            x, y = 20.0 + 560 * (self.column - 1), self._y
            marked = doubtful if i == 0 else ()
            lines.append(make_line(text, self._lines, x=x, y=y, doubtful=marked, writing_mode=self.writing_mode))
            self._y += PITCH
        region = make_region(role, tuple(lines), len(self.regions) + 1, column=self.column)
        self.regions.append(region)
        return region

    def picture(self, height: float = 200.0) -> Region:
        """A picture in the column."""
        x = 20.0 + 560 * (self.column - 1)
        box = Box(x, self._y, x + 500, self._y + height)
        self._y += height + PITCH
        region = make_region(Role.PICTURE, (), len(self.regions) + 1, column=self.column, box=box)
        self.regions.append(region)
        return region

    def next_column(self) -> None:
        """Go on at the head of the next column."""
        self.column += 1
        self._y = 40.0


@dataclass(frozen=True)
class Shape:
    """A page with its articles, as exports and validation get them."""

    page: Page
    articles: tuple[Article, ...]
    issue: Issue = ISSUE
    revision: Revision = REVISION


def plain() -> Shape:
    """Kicker, headline, deck, byline under it, two paragraphs with a subheading between; one doubtful character."""
    setter = Setter()
    kicker = make_passage(setter.set(Role.KICKER, "本报专电"))
    headline = make_passage(setter.set(Role.HEADLINE, "全国运动会今日开幕"))
    deck = make_passage(setter.set(Role.DECK, "选手二千余人"))
    byline = make_passage(setter.set(Role.BYLINE, "本报记者王某"), Mark(MarkKind.PERSON, 4, 6, "记者"))
    first = make_passage(setter.set(Role.PARAGRAPH, "第五届全国运动会", "定于今日开幕。", doubtful=(3,)))
    subheading = make_passage(setter.set(Role.SUBHEADING, "会场全景"))
    second = make_passage(setter.set(Role.PARAGRAPH, "各地选手云集。"))
    article = make_article(kicker, headline, deck, byline, first, subheading, second, persons=(Person("王某", "记者"),))
    return Shape(make_page(tuple(setter.regions)), (article,))


def without_headline() -> Shape:
    """One paragraph and nothing over it."""
    setter = Setter()
    text = make_passage(setter.set(Role.PARAGRAPH, "本市今起实行夏令时间，各商店", "均提早开门。"))
    return Shape(make_page(tuple(setter.regions)), (make_article(text),))


def run_in_byline() -> Shape:
    """The byline runs inside the first paragraph and holds two names; a line ends inside it."""
    setter = Setter()
    headline = make_passage(setter.set(Role.HEADLINE, "新桥通车"))
    region = setter.set(Role.PARAGRAPH, "本报讯（记者 王某 通讯员", "李某）5月16日，南京新桥通车。")
    marks = (
        Mark(MarkKind.BYLINE, 0, 17),
        Mark(MarkKind.PERSON, 7, 9, "记者"),
        Mark(MarkKind.PERSON, 14, 16, "通讯员"),
        Mark(MarkKind.DATELINE, 17, 25),
        Mark(MarkKind.DATE, 17, 22, "2020-05-16"),
        Mark(MarkKind.PLACE, 23, 25),
    )
    text = make_passage(region, *marks, gap=" ")
    persons = (Person("王某", "记者"), Person("李某", "通讯员"))
    dateline = Dateline("5月16日，南京", "南京", "5月16日", dt.date(2020, 5, 16), "本报讯")
    return Shape(make_page(tuple(setter.regions)), (make_article(headline, text, persons=persons, dateline=dateline),))


def byline_in_midst() -> Shape:
    """Two items under one headline, each with its byline, and one byline at the end."""
    setter = Setter()
    passages = (
        make_passage(setter.set(Role.HEADLINE, "两地来电")),
        make_passage(setter.set(Role.PARAGRAPH, "南京电，今日晴。")),
        make_passage(setter.set(Role.BYLINE, "本报记者王某")),
        make_passage(setter.set(Role.PARAGRAPH, "上海电，今日雨。")),
        make_passage(setter.set(Role.BYLINE, "本报记者李某")),
    )
    return Shape(make_page(tuple(setter.regions)), (make_article(*passages),))


def advertisement() -> Shape:
    """A news item and, apart from it, an advertisement."""
    setter = Setter()
    news = make_article(
        make_passage(setter.set(Role.HEADLINE, "新桥通车")), make_passage(setter.set(Role.PARAGRAPH, "今日通车。"))
    )
    text = make_passage(setter.set(Role.ADVERTISEMENT, "大减价"))
    notice = make_article(text, number=2, kind=ArticleKind.ADVERTISEMENT)
    return Shape(make_page(tuple(setter.regions)), (news, notice))


def figure() -> Shape:
    """A picture with a caption that credits its photographer, and a picture without one."""
    setter = Setter()
    headline = make_passage(setter.set(Role.HEADLINE, "花开满城"))
    text = make_passage(setter.set(Role.PARAGRAPH, "春天来了。"))
    picture, other = setter.picture(), setter.picture()
    marks = (Mark(MarkKind.BYLINE, 5, 9), Mark(MarkKind.PERSON, 5, 7, "摄"))
    caption = make_passage(setter.set(Role.CAPTION, "图为花市。赵某 摄"), *marks)
    figures = (Figure(picture.id, picture.polygon, (caption,)), Figure(other.id, other.polygon))
    return Shape(make_page(tuple(setter.regions)), (make_article(headline, text, figures=figures),))


def hyphenation() -> Shape:
    """English: blanks between lines, and a word that a hyphen parts at a line's end."""
    setter = Setter()
    headline = make_passage(setter.set(Role.HEADLINE, "Bridge opened"), gap=" ")
    region = setter.set(Role.PARAGRAPH, "Yesterday the news-", "paper said: open to", "all.")
    one, two, three = region.lines
    pieces = (LinePiece(one, 0, 18), LinePiece(two, 0, 19, hyphenated=True), LinePiece(three, 0, 4, " "))
    text = Passage(Role.PARAGRAPH, pieces, (region.id,))
    return Shape(make_page(tuple(setter.regions), language="en"), (make_article(headline, text),))


def awkward_characters() -> Shape:
    """Markup characters, quotes, a character beyond the basic plane, and controls that XML cannot carry."""
    setter = Setter()
    headline = make_passage(setter.set(Role.HEADLINE, '"R&D" <b>it\'s</b> ]]> 𠮷'))
    text = make_passage(setter.set(Role.PARAGRAPH, "a\x00b\x1fc\ufffed\ttab\rreturn"))
    issue = replace(ISSUE, newspaper="A & B <\x07>", section='"', edition="\x07", rights="© <A&B>\n all rights")
    return Shape(make_page(tuple(setter.regions)), (make_article(headline, text),), issue)


def empty_issue() -> Shape:
    """Nothing is known of the issue, and the page was made by software that said nothing of itself."""
    return replace(plain(), issue=NO_ISSUE, page=replace(plain().page, steps=()))


def described() -> Shape:
    """The archive says more of the page than it prints: edition, rights by a URI, an identifier of its own."""
    shape = plain()
    issue = replace(ISSUE, edition="晚刊", rights="https://rightsstatements.org/vocab/NoC-NC/1.0/")
    return replace(shape, page=replace(shape.page, source=replace(SOURCE, identifier="ark:/12345/A&8")), issue=issue)


def vertical() -> Shape:
    """Lines that run downwards, in the old way; read a second time."""
    setter = Setter(writing_mode=WritingMode.VERTICAL_RL)
    headline = make_passage(setter.set(Role.HEADLINE, "全國運動會"))
    text = make_passage(setter.set(Role.PARAGRAPH, "第五屆", "開幕。"))
    page = make_page(tuple(setter.regions), writing_mode=WritingMode.VERTICAL_RL, language="zh-Hant")
    return Shape(page, (make_article(headline, text),), revision=SECOND_REVISION)


def over_columns() -> Shape:
    """A paragraph that goes on in the next column, and on another page after that."""
    setter = Setter()
    headline = make_passage(setter.set(Role.HEADLINE, "长篇报道"))
    left = setter.set(Role.PARAGRAPH, "第一栏的第一行", "第一栏的第二行")
    setter.next_column()
    right = setter.set(Role.PARAGRAPH, "第二栏的第一行。")
    lines = (*left.lines, *right.lines)
    text = Passage(Role.PARAGRAPH, tuple(LinePiece(x, 0, len(x.text)) for x in lines), (left.id, right.id))
    article = make_article(headline, text, columns=(1, 2), continued_to="下转第3版")
    return Shape(make_page(tuple(setter.regions)), (article,))


def no_articles() -> Shape:
    """A page that holds a masthead, a line nobody read, rules and gutters, but no article."""
    setter = Setter()
    setter.set(Role.FOLIO, "试验日报", "")
    rule, gutter = Box(20, 300, 1180, 303), Box(590, 320, 610, 1600)
    separators = (
        Separator(SeparatorKind.RULE, rule.polygon, rule),
        Separator(SeparatorKind.GUTTER, gutter.polygon, gutter),
    )
    return Shape(make_page(tuple(setter.regions), separators=separators), ())


def off_the_edge() -> Shape:
    """Straightening has mapped a line's corner outside the image."""
    shape = without_headline()
    region = shape.page.regions[0]
    line = replace(region.lines[0], polygon=((-3.4, -2.0), (1203.2, 5.0), (1203.2, 30.6), (-3.4, 30.0)))
    bent = replace(region, lines=(line, *region.lines[1:]), polygon=line.polygon)
    return replace(shape, page=replace(shape.page, regions=(bent,)), articles=(make_article(make_passage(bent)),))


SHAPES = {
    make.__name__: make
    for make in (
        plain,
        without_headline,
        run_in_byline,
        byline_in_midst,
        advertisement,
        figure,
        hyphenation,
        awkward_characters,
        empty_issue,
        described,
        vertical,
        over_columns,
        no_articles,
        off_the_edge,
    )
}
