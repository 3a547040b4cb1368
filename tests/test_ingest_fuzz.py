"""Damaged files of earlier OCR: transcripts or a documented error, never anything else; what harms is refused."""

from __future__ import annotations

import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transcribed import alto, mets, page, shuffled, two_columns

from digitize.errors import PageError
from digitize.ingest import read_issue, read_transcripts

LINES = shuffled(*two_columns())[:6]
WHOLE = {"alto": alto(LINES), "page": page(LINES), "mets": mets(["one.xml", "two.xml"])}
# What stands in numbers' places in files that other programs have written.
ODD = (b"", b"-1", b"NaN", b"inf", b"1e309", b"99999999999999999999", b"0", b"x", b"1 2", b"0.5,", b"\xef\xbf\xbd")


def refusal(kind: str, content: bytes) -> PageError | None:
    """Why a file of a kind is not read; None where it is."""
    try:
        if kind == "mets":
            read_issue(content, "a.xml")
        else:
            read_transcripts(content, "a.xml", ("a",))
    except PageError as error:
        return error
    return None


def odd_values(whole: bytes) -> st.SearchStrategy[bytes]:
    """The file with some attributes' values replaced by odd ones."""
    places = [match.span(1) for match in re.finditer(rb'="([^"]*)"', whole)]

    def replaced(changes: list[tuple[int, bytes]]) -> bytes:
        content = whole
        for number, value in sorted(dict(changes).items(), reverse=True):
            start, end = places[number]
            content = content[:start] + value + content[end:]
        return content

    return st.lists(st.tuples(st.integers(0, len(places) - 1), st.sampled_from(ODD)), min_size=1, max_size=4).map(replaced)


def odd_bytes(whole: bytes) -> st.SearchStrategy[bytes]:
    """The file cut off, or with bytes put in."""
    inserted = st.tuples(st.integers(0, len(whole)), st.integers(0, 30), st.binary(max_size=10))
    return inserted.map(lambda at: whole[: at[0]] + at[2] + whole[at[0] + at[1] :])


@pytest.mark.parametrize("kind", WHOLE)
@given(drawn=st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_read_or_refused(kind: str, drawn: st.DataObject) -> None:
    """Odd values, lost ends and stray bytes give transcripts, or an error of one line with its remedy."""
    whole = WHOLE[kind]
    assert refusal(kind, whole) is None
    error = refusal(kind, drawn.draw(st.one_of(odd_values(whole), odd_bytes(whole))))
    assert error is None or (error.remedy and "\n" not in str(error))


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["bomb", "external entity"],
)
def test_entities_are_refused(kind: str, prolog: bytes) -> None:
    """A file that declares entities, of its own or elsewhere, is not read."""
    whole = WHOLE[kind]
    head = re.match(rb"<\?xml.*?\?>|", whole, re.DOTALL)
    assert head is not None
    assert refusal(kind, head[0] + prolog + whole[head.end() :]) is not None


def test_huge_nesting_is_refused() -> None:
    """A hundred thousand elements in each other end in an error, not in a crash."""
    assert refusal("alto", b"<alto>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</alto>") is not None


DECLARES = '<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE alto [<!ENTITY a0 "0123456789">{more}]>'
BOMB = DECLARES.replace("{more}", "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)))


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "UTF-32", "IBM037", "UTF-7", "GB18030"])
@pytest.mark.parametrize("where", ['<alto ID="&a11;"/>', "<alto>&a11;</alto>"], ids=["attribute", "content"])
def test_a_bomb_is_harmless_in_any_encoding(encoding: str, where: str) -> None:
    """A hundred gigabytes in a kilobyte are refused, also where the declarations' bytes do not look like declarations."""
    refused = refusal("alto", (BOMB.format(encoding=encoding) + where).encode(encoding))
    assert refused is not None
    assert len(str(refused)) < 1000


def test_nothing_is_fetched_for_a_file() -> None:
    """Neither a document type on another machine nor an entity there is asked for: nobody calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        root = WHOLE["alto"].partition(b"?>")[2] or WHOLE["alto"]
        for declared in (f'<!DOCTYPE alto SYSTEM "{address}">', f'<!DOCTYPE alto [<!ENTITY % p SYSTEM "{address}"> %p;]>'):
            refusal("alto", declared.encode() + root)
        with pytest.raises(TimeoutError):
            server.accept()
