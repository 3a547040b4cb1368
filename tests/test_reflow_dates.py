"""Dates and numbers as newspapers print them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.model import Calendar
from digitize.reflow.cues import load_cues
from digitize.reflow.dates import complete_date, find_date
from digitize.reflow.numerals import NUMBER, read_number

DIGITS = "〇一二三四五六七八九"


def in_words(number: int) -> str:
    """A number below ten thousand as it is said in Chinese, without the words for empty places."""
    text = ""
    for unit, word in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= unit:
            text += (DIGITS[number // unit] if number // unit > 1 or unit > 10 else "") + word
            number %= unit
    return text + (DIGITS[number] if number else "")


@given(st.integers(1, 9999))
def test_a_number_in_words_is_read(number: int) -> None:
    """Thousands, hundreds, tens and ones add up."""
    assert read_number(in_words(number)) == number


@given(st.integers(0, 9999))
def test_a_number_in_digits_is_read(number: int) -> None:
    """Digits are read one by one, whether Arabic or Chinese."""
    assert read_number(str(number)) == number
    assert read_number("".join(DIGITS[int(digit)] for digit in str(number))) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("廿", 20),
        ("廿八", 28),
        ("卅一", 31),
        ("卌", 40),
        ("貳拾捌", 28),
        ("百零一", 101),
        ("元", 1),
        ("三々", 33),
        ("1er", 1),
        ("3,797", 3797),
        ("２８", 28),
    ],
)
def test_other_ways_to_write_a_number(text: str, number: int) -> None:
    """Joined tens, formal numerals, a first year, a repeated sign, an ordinal, thousands parted by a comma."""
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "十廿", "二三十", "日", "3t", "十百", "A8"])
def test_what_is_no_number_is_none(text: str) -> None:
    """Words in an order that no number has, and other letters, have no value."""
    assert read_number(text) is None


def test_misread_digits_are_no_number() -> None:
    """3t juillet is a misread 31; the 3 that is left of it would be a wrong day."""
    assert NUMBER.findall("3t juillet, 28 juin, 1er mai") == ["28", "1er"]


@pytest.mark.parametrize(
    ("language", "text", "day", "calendar"),
    [
        ("zh-Hans", "2021年3月16日 星期二", (2021, 3, 16), "gregorian"),
        ("zh-Hans", "二〇二一年十二月三十一日", (2021, 12, 31), "gregorian"),
        ("zh-Hant", "中華民國二十八年四月廿六日", (1939, 4, 26), "minguo"),
        ("zh-Hant", "中華民國貳拾捌年四月廿三日", (1939, 4, 23), "minguo"),
        ("zh-Hant", "民國元年十月十日", (1912, 10, 10), "minguo"),
        ("zh-Hant", "民國卅八年一月卅一日", (1949, 1, 31), "minguo"),
        ("zh-Hant", "民國一一〇年三月五日", (2021, 3, 5), "minguo"),
        ("zh-Hant", "二十八年四月廿六日 星期三", (1939, 4, 26), "minguo"),
        ("zh-Hant", "一九三九年四月二十六日", (1939, 4, 26), "gregorian"),
        ("zh-Hant", "西曆一千九百三十九年四月廿六號", (1939, 4, 26), "gregorian"),
        ("zh-Hant", "昭和十四年四月廿六日", (1939, 4, 26), "showa"),
        ("zh-Hant", "明治三十八年一月二日", (1905, 1, 2), "meiji"),
        ("zh-Hant", "滿洲國康德六年四月廿六日", (1939, 4, 26), "kangde"),
        ("zh-Hant", "1948.12.31 星期五", (1948, 12, 31), "gregorian"),
        ("zh-Hans", "2022.4.8 星期五", (2022, 4, 8), "gregorian"),
        ("zh-Hans", "2022-04-08", (2022, 4, 8), "gregorian"),
        ("zh-Hans", "星期五 2022/04/08", (2022, 4, 8), "gregorian"),
        ("zh-Hant", "1939年4月26日", (1939, 4, 26), "gregorian"),
        ("en", "Tuesday, December 7, 1858", (1858, 12, 7), "gregorian"),
        ("en", "7th December, 1858", (1858, 12, 7), "gregorian"),
        ("en", "JANUARY 3RD, 1866", (1866, 1, 3), "gregorian"),
        ("fr", "Mardi, 7 Décembre 1858.", (1858, 12, 7), "gregorian"),
        ("fr", "LUNDI 14 FEVRIER 1898", (1898, 2, 14), "gregorian"),
        ("fr", "1er août 1821", (1821, 8, 1), "gregorian"),
        ("de", "Dinstag, 7. Dezember 1858.", (1858, 12, 7), "gregorian"),
        ("de", "Mittwoch, 1. März 1848", (1848, 3, 1), "gregorian"),
        ("und", "1858-12-07", (1858, 12, 7), "gregorian"),
    ],
)
def test_a_full_date_is_found_with_its_calendar(language: str, text: str, day: tuple[int, int, int], calendar: str) -> None:
    """Every language's dates, and those of the Republic of China and of reigns, give the Gregorian day."""
    found = find_date(text, load_cues(language))
    assert found is not None
    assert (found.date, found.calendar) == (dt.date(*day), Calendar(calendar))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-Hans", "2021年2月30日"),
        ("zh-Hant", "中華民國二十八年十三月一日"),
        ("zh-Hans", "0028年4月26日"),
        ("zh-Hans", "0371-2022-4-81"),
        ("zh-Hant", "宣統三年八月十九日"),
        ("zh-Hant", "某某十四年四月廿六日"),
        ("fr", "31 février 1898"),
        ("de", "7. Dezember"),
    ],
)
def test_what_means_no_day_is_no_date(language: str, text: str) -> None:
    """A month or day that there is not, a year that no newspaper has, no year; lunar days, years of an era not known."""
    assert find_date(text, load_cues(language)) is None


def test_the_first_date_that_means_a_day_is_found() -> None:
    """One that means none does not hide the next."""
    found = find_date("2021年2月30日 2021年3月1日", load_cues("zh-Hans"))
    assert found is not None
    assert (found.start, found.date) == (11, dt.date(2021, 3, 1))


@pytest.mark.parametrize(
    ("language", "text", "issue", "expected"),
    [
        ("zh-Hant", "廿五日", dt.date(1939, 4, 26), dt.date(1939, 4, 25)),
        ("zh-Hant", "卅一日", dt.date(1939, 4, 2), dt.date(1939, 3, 31)),
        ("zh-Hant", "十二月卅日", dt.date(1939, 1, 3), dt.date(1938, 12, 30)),
        ("zh-Hant", "民國二十八年四月廿五日", None, dt.date(1939, 4, 25)),
        ("en", "April 3", dt.date(1912, 5, 20), dt.date(1912, 4, 3)),
        ("en", "Dec. 30", dt.date(1913, 1, 3), dt.date(1912, 12, 30)),
        ("fr", "3 décembre", dt.date(1858, 12, 7), dt.date(1858, 12, 3)),
        ("fr", "1er août", dt.date(1821, 8, 1), dt.date(1821, 8, 1)),
        ("fr", "3 décembre 1857", dt.date(1858, 12, 7), dt.date(1857, 12, 3)),
        ("fr", "3t juillet", dt.date(1821, 8, 1), None),
        ("de", "22. Nov.", dt.date(1858, 12, 7), dt.date(1858, 11, 22)),
        ("de", "Dezember", dt.date(1858, 12, 7), None),
    ],
)
def test_a_dateline_s_day_is_completed(language: str, text: str, issue: dt.date | None, expected: dt.date | None) -> None:
    """Day and month are the last such before the issue, in every language's words; a misread day gives none."""
    assert complete_date(text, issue, load_cues(language)) == expected
