"""What is a byline, and who is in it."""

from __future__ import annotations

import pytest

from digitize.reflow.bylines import byline_persons, is_byline, is_signature
from digitize.reflow.cues import Cues, load_cues

CHINESE = load_cues("zh-Hans")
ENGLISH = load_cues("en")
FRENCH = load_cues("fr")
GERMAN = load_cues("de")


@pytest.mark.parametrize(
    "text",
    [
        "记者 王一",
        "记者王一通讯员李二",
        "本报记者 王一 通讯员 李二 文/图",
        "□记者 王一",
        "（记者 王一）",
        "王一 摄",
        "文/图",
        "记者 王一/文 李二/图",
        "文：王一 图：李二",
        "王一 文 李二 图",
        "通讯员供图",
        "本报评论员 王一",
    ],
)
def test_roles_and_names_make_a_byline(text: str) -> None:
    """A line of role words and names, and nothing else, is a byline."""
    assert is_byline(text, CHINESE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "记者从市交通运输局获悉，",
        "王一",
        "图书馆延长开放时间",
        "昨日，记者来到竹器巷",
        "文化惠民进社区活动",
        "（图片资料）",
        "文明实践",
        "记者手记",
    ],
)
def test_sentences_are_no_bylines(text: str) -> None:
    """Running text that mentions a reporter, or begins like a role word, is none."""
    assert not is_byline(text, CHINESE)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("记者王一通识员李二", ["王一", "李二"]),  # 通讯员, one sign read wrong
        ("记者 王一 通讯萨 李二", ["王一", "李二"]),
        ("记者王一通讯员威雨荷", ["王一", "威雨荷"]),  # 戚, a surname, read wrong
        ("本报记者 王一 实刁生 李二", ["王一", "李二"]),
        ("记老王一通讯员李二", ["王一", "李二"]),
        ("记者乌一通讯员李二", ["乌一", "李二"]),  # 马, a surname, read wrong
    ],
)
def test_a_word_for_a_role_is_known_though_a_sign_was_read_wrong(text: str, names: list[str]) -> None:
    """Where one role was read right another is expected, and known by its other signs; it is the role that is printed."""
    assert is_byline(text, CHINESE)
    persons = [(name, role) for _, _, name, role in byline_persons(text, CHINESE)]
    assert [name for name, _ in persons] == names
    assert persons[1][1] in {"通讯员", "实习生"}


@pytest.mark.parametrize(
    "text", ["通识员李二", "记老王一", "记者王一通过员李二来到现场", "记者王一通讯李二", "记者在通讯社工作"]
)
def test_a_word_like_a_role_makes_no_byline_by_itself(text: str) -> None:
    """Without a role that was read right, or with other words beside it, such a word tells nothing."""
    assert not is_byline(text, CHINESE)


def test_each_person_has_the_role_printed_before_the_name() -> None:
    """Names follow their roles in Chinese bylines."""
    persons = [(name, role) for _, _, name, role in byline_persons("记者 王一 李二 通讯员 张三", CHINESE)]
    assert persons == [("王一", "记者"), ("李二", "记者"), ("张三", "通讯员")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("记者 王一/文 李二/图", [("王一", "记者"), ("李二", "图")]),
        ("王一 文 李二 图", [("王一", "文"), ("李二", "图")]),
        ("文/王一 图/李二", [("王一", "文"), ("李二", "图")]),
    ],
)
def test_roles_that_may_stand_alone_follow_their_names_where_one_closes_the_byline(
    text: str, expected: list[tuple[str, str]]
) -> None:
    """Whether such a word goes with the name before it or behind it is told by the byline's last word."""
    assert [(name, role) for _, _, name, role in byline_persons(text, CHINESE)] == expected


def test_a_name_of_two_ideographs_may_be_set_as_wide_as_three() -> None:
    """The space within it parts no two persons."""
    persons = [(name, role) for _, _, name, role in byline_persons("记者 王　一 通讯员 李 二 张三四", CHINESE)]
    assert persons == [("王　一", "记者"), ("李 二", "通讯员"), ("张三四", "通讯员")]


def test_english_bylines_name_people() -> None:
    """The word By opens an English byline."""
    assert is_byline("By Jane Doe", ENGLISH)
    assert is_byline("BY JANE DOE", ENGLISH)
    assert not is_byline("By the end of the week rain is expected", ENGLISH)


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("en", "By Jane Doe and John Q. Public", ["Jane Doe", "John Q. Public"]),
        ("fr", "Par Élise Dupont et Jean d'Albret", ["Élise Dupont", "Jean d'Albret"]),
        ("fr", "De notre envoyé spécial Paul de la Tour", ["Paul de la Tour"]),
        ("de", "Von Anna Müller und Karl von Berg", ["Anna Müller", "Karl von Berg"]),
    ],
)
def test_names_of_latin_bylines_are_parted(language: str, text: str, names: list[str]) -> None:
    """The word between two names parts them, particles within a name do not."""
    cues = load_cues(language)
    assert is_byline(text, cues)
    assert [name for _, _, name, _ in byline_persons(text, cues)] == names


@pytest.mark.parametrize(
    ("text", "cues"),
    [("Parker Street", ENGLISH), ("Paris", FRENCH), ("Par arrêté du ministre", FRENCH), ("Von der Elbe", GERMAN)],
)
def test_a_role_is_a_whole_word_before_names(text: str, cues: Cues) -> None:
    """Words that begin like a role, and sentences that begin with one, are no bylines."""
    assert not is_byline(text, cues)


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("zh-Hans", "本报记者 王一 北京报道", ["王一"]),
        ("zh-Hans", "记者王小一发自上海", ["王小一"]),
        ("zh-Hans", "新华社记者 王一 李二 2月3日电", ["王一", "李二"]),
        ("zh-Hant", "記者林志明／台北報導", ["林志明"]),
        ("zh-Hant", "記者林志明台北報導", ["林志明"]),
        ("en", "By JANE DOE Health Correspondent", ["JANE DOE"]),
        ("en", "By Jane Doe and John Roe, Associated Press", ["Jane Doe", "John Roe"]),
        ("en", "By Jane Doe in Washington", ["Jane Doe"]),
        ("en", "JANE DOE Crime Correspondent", ["JANE DOE"]),
    ],
)
def test_bylines_may_tell_where_they_were_filed_and_by_whom(language: str, text: str, names: list[str]) -> None:
    """Behind the names a place, an agency or a post may follow, which are no names."""
    cues = load_cues(language)
    assert is_byline(text, cues)
    assert [name for _, _, name, _ in byline_persons(text, cues)] == names


@pytest.mark.parametrize("text", ["（唐可）", "(王一 李二)", "□ 白杨", "■王一、李二"])
def test_names_in_brackets_sign(text: str) -> None:
    """A line of names with common surnames, in brackets or behind a mark, is a byline without a role."""
    assert is_byline(text, CHINESE)
    assert [person[3] for person in byline_persons(text, CHINESE)] == [""] * text.replace("、", " ").strip("□■ ").count(" ") + [
        ""
    ]


def test_names_in_brackets_may_have_lost_the_space_between_them() -> None:
    """Two names, run together as recognizers read them, sign as one does."""
    assert is_byline("(王小一李二)", CHINESE)


@pytest.mark.parametrize("text", ["（待续）", "（完）", "（未完待续）", "（上）", "唐可"])
def test_other_words_in_brackets_do_not_sign(text: str) -> None:
    """What is no name is no byline, nor is a name without brackets."""
    assert not is_byline(text, CHINESE)


@pytest.mark.parametrize("text", ["青湖市读者 李宁刚", "青湖市读者李宁刚", "读者 李宁刚"])
def test_a_reader_signs_a_letter_with_a_town(text: str) -> None:
    """What stands before the name is no person."""
    assert is_byline(text, CHINESE)
    assert [(text[start:end], name) for start, end, name, _ in byline_persons(text, CHINESE)] == [("李宁刚", "李宁刚")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Thomas Bennett", True),
        ("David J. McArthur", True),
        ("Mary Ann O’Brien", True),
        ("Police were called", False),
        ("Health Editor", False),
        ("Census Bureau.", False),
        ("The", False),
    ],
)
def test_a_name_by_itself_is_told_by_its_capitals(text: str, *, name: bool) -> None:
    """Two or three words with capitals, one of which may be a letter, sign an item below its headline."""
    assert is_signature(text, load_cues("en")) is name
