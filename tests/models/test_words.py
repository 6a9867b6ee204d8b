"""The words of a text: what separates them, and what makes no difference between them."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import LONGEST_WORD, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \t\n\0", []),
        ("C++, C# & the rest", ["c", "the", "rest"]),
        ("TCP/IP foo_bar e-mail don't", ["tcp", "ip", "foo", "bar", "e", "mail", "don", "t"]),
        ('-word "phrase" $where {$gt: 1} a|b', ["word", "phrase", "where", "gt", "1", "a", "b"]),
        ("the The THE", ["the"]),
        ("Typing types typed", ["typing", "types", "typed"]),
        ("Café CAFE\u0301 ångström", ["cafe", "angstrom"]),
        ("Straße STRASSE ﬁn İstanbul ΣΊΣΥΦΟΣ σίσυφος", ["strasse", "fin", "istanbul", "σισυφοσ"]),
        ("co\u00adop zero\u200bwidth ❤\ufe0f ½", ["coop", "zero", "width", "1", "2"]),
        ("हिन्दी टाइपिंग", ["हिन्दी", "टाइपिंग"]),
        ("日本語、入門 が", ["日本語", "入門", "が"]),
        ("한국어 🚀 7 ²", ["한국어", "7", "2"]),
        ("x" * (LONGEST_WORD + 1), ["x" * LONGEST_WORD]),
    ],
)
def test_words_are_letters_marks_and_digits_without_case_and_accents(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(), st.text())
def test_words_stay_what_they_are_and_stand_for_themselves(first: str, second: str) -> None:
    found = words(first)

    assert [words(word) for word in found if len(word) < LONGEST_WORD] == [
        [word] for word in found if len(word) < LONGEST_WORD
    ]
    assert words(f"{first} {second}") == list(dict.fromkeys([*found, *words(second)]))
    assert [words(normalize(form, first)) for form in ("NFC", "NFD", "NFKD")] == [found] * 3
