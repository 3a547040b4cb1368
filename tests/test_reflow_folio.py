"""What a running head tells."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from galleys import heading, page_of

from digitize.geometry import Box
from digitize.model import Calendar, Folio, Frame, Role, TextLine
from digitize.reflow.cues import load_cues
from digitize.reflow.dates import complete_date
from digitize.reflow.folio import mark_folio, read_folio

CHINESE = load_cues("zh-Hans")


def head(*parts: tuple[str, float]) -> list[TextLine]:
    """Lines from left to right, each with its type size."""
    boxes = [Box(100 + 500 * i, 50, 400 + 500 * i, 50 + size) for i, (_, size) in enumerate(parts)]
    return [
        TextLine(f"l{i}", box.polygon, box, size, text=text)
        for i, (box, (text, size)) in enumerate(zip(boxes, parts, strict=True))
    ]


def test_a_running_head_names_paper_date_page_and_section() -> None:
    """The three parts of a running head are told apart by what they say, the name by its size."""
    folio = read_folio(head(("试验日报", 90), ("2021年3月16日 星期二", 40), ("A08 城事", 60)), CHINESE)
    assert folio == Folio("试验日报", dt.date(2021, 3, 16), "2021年3月16日 星期二", "A08", "城事")


@pytest.mark.parametrize(
    ("language", "parts", "expected"),
    [
        ("zh-Hans", (("试验日报", 90.0), ("城事 A08", 60.0)), ("试验日报", "A08", "城事")),
        ("zh-Hans", (("试验日报", 90.0), ("第四版", 40.0)), ("试验日报", "4", "")),
        ("zh-Hans", (("试验日报", 90.0), ("12℃~21℃", 30.0), ("今日16版", 30.0)), ("试验日报", "", "")),
        ("en", (("Trial Courier", 90.0), ("Local 5", 40.0)), ("Trial Courier", "5", "Local")),
        ("en", (("TRIAL COURIER", 30.0), ("Page 6", 36.0)), ("TRIAL COURIER", "6", "")),
    ],
)
def test_a_page_number_stands_at_either_end_and_is_no_amount(
    language: str, parts: tuple[tuple[str, float], ...], expected: tuple[str, str, str]
) -> None:
    """The section stands before it or behind it; degrees, and how many pages the issue has, are none."""
    folio = read_folio(head(*parts), load_cues(language))
    assert (folio.newspaper, folio.page_number, folio.section) == expected


def test_page_and_section_may_touch() -> None:
    """A recognizer that drops the space between page and section does no harm."""
    folio = read_folio(head(("试验日报", 90), ("07区县", 60)), CHINESE)
    assert (folio.page_number, folio.section) == ("07", "区县")


def test_the_issue_number_is_read() -> None:
    """第…期 is the issue's number."""
    assert read_folio(head(("试验日报", 90), ("第4127期", 30)), CHINESE).issue_number == "4127"


def test_a_date_that_is_none_is_left_out() -> None:
    """The thirtieth of February is no date, and no error."""
    assert read_folio(head(("2021年2月30日", 40)), CHINESE).date is None


@pytest.mark.parametrize(
    ("text", "issue", "expected"),
    [
        ("4月2日", dt.date(2022, 4, 8), dt.date(2022, 4, 2)),
        ("12月30日", dt.date(2022, 1, 3), dt.date(2021, 12, 30)),
        ("8日", dt.date(2022, 4, 8), dt.date(2022, 4, 8)),
        ("30日", dt.date(2022, 3, 2), dt.date(2022, 1, 30)),
        ("2月31日", dt.date(2022, 4, 8), None),
        ("4月2日", None, None),
    ],
)
def test_a_day_means_the_last_such_day_before_the_issue(text: str, issue: dt.date | None, expected: dt.date | None) -> None:
    """A dateline's day is completed from the issue's date, backwards over the turn of month and year."""
    assert complete_date(text, issue, CHINESE) == expected


def test_a_masthead_of_the_republic_is_read() -> None:
    """Date, page and issue number in words; the date keeps its printed form and says which calendar it is in."""
    parts = (("試驗報", 90), ("中華民國貳拾捌年四月廿三日　星期日", 30), ("第四版", 30), ("第三千七百九十七號", 20))
    folio = read_folio(head(*parts), load_cues("zh-Hant"))
    printed = "中華民國貳拾捌年四月廿三日　星期日"
    date = dt.date(1939, 4, 23)
    assert folio == Folio("試驗報", date, printed, "4", issue_number="3797", calendar=Calendar.MINGUO)


@pytest.mark.parametrize(
    ("language", "parts", "expected"),
    [
        (
            "fr",
            (("Le Journal d'essai", 90), ("Mardi, 7 Décembre 1858", 30), ("N° 288", 30)),
            Folio("Le Journal d'essai", dt.date(1858, 12, 7), "Mardi, 7 Décembre 1858", issue_number="288"),
        ),
        (
            "de",
            (("Versuchszeitung", 90), ("Dinstag, 7. Dezember 1858", 30), ("Nr. 288", 30)),
            Folio("Versuchszeitung", dt.date(1858, 12, 7), "Dinstag, 7. Dezember 1858", issue_number="288"),
        ),
    ],
)
def test_a_masthead_in_a_latin_language_is_read(language: str, parts: tuple[tuple[str, float], ...], expected: Folio) -> None:
    """The weekday before a date belongs to it."""
    assert read_folio(head(*parts), load_cues(language)) == expected


def test_what_shares_the_dates_box_is_folio() -> None:
    """Weather and licence in the printed box of the date are read as folio, not as an article."""
    box = Box(1200, 40, 1700, 200)
    frame = Frame("p-b001", box.polygon, box)
    date = heading("d", "2021年3月16日", columns=(2, 2), y=50)
    weather = replace(heading("w", "今天多云，北风三级。第4127期", columns=(2, 2), y=120), role=Role.PARAGRAPH, heading_id=None)
    page = page_of(*(replace(r, frame_id=frame.id) for r in (date, weather)), frames=(frame,))
    marked = mark_folio(page, CHINESE)
    assert {region.role for region in marked.regions} == {Role.FOLIO}
    assert marked.folio.issue_number == "4127"


def test_a_masthead_of_upright_lines_begins_with_the_papers_name() -> None:
    """A block in which one line is a date and another has the issue's number is the masthead, whatever line comes first."""
    lines = head(("试验日报", 90), ("第4127期", 30), ("2021年3月16日", 30))
    region = replace(heading("m", "试验日报", columns=(0, 0)), role=Role.PARAGRAPH, heading_id=None, lines=tuple(lines))
    told = mark_folio(page_of(region), CHINESE).folio
    assert (told.newspaper, told.date, told.issue_number) == ("试验日报", dt.date(2021, 3, 16), "4127")
    news = replace(
        region, lines=tuple(head(("试验日报2021年3月16日记载", 30), ("第4127期所说", 30), ("昨天2021年3月16日开会", 30))[1:])
    )
    assert mark_folio(page_of(news), CHINESE).folio == Folio()
