"""The words of a text, as searches find them.  They are stored beside the text and searched for by this one rule,
because the two databases each split, fold and stem texts in a way of their own.
"""

import re
from unicodedata import category, normalize

LONGEST_WORD = 100
"""In code points; what is longer is cut alike where it is stored and where it is searched for."""

IGNORED = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]"
)
"""Accents, and signs that only say how letters are joined or drawn.  Marks that are letters in their script stay."""


def words(text: str) -> list[str]:
    """The different words of a text in their order: runs of letters, marks and digits, without regard to case, accents
    and compatibility forms (ﬁ is fi).  Everything else separates words.
    """
    # Case folding can undo a normal form and the other way round: Unicode asks for both twice (D146 of its standard).
    folded = normalize("NFKD", normalize("NFKD", normalize("NFD", text).casefold()).casefold())
    plain = normalize("NFC", IGNORED.sub("", folded))
    parted = "".join(letter if category(letter)[0] in "LMN" else " " for letter in plain)
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in parted.split(" ") if word))
