"""Values that clients compare with and search for, as both databases are asked for them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from resolvers.conditions import Matches, Operator
from resolvers.refusals import BadFilter
from schema.filters import amount, instant, searched


def test_amounts_are_compared_exactly_and_within_what_both_databases_keep() -> None:
    assert amount(Decimal("9.990000")) == Decimal("9.99")
    assert amount(Decimal("1." + "0" * 20_000)).as_tuple().exponent == -6
    assert amount(Decimal("-999999999999999.999999")) == Decimal("-999999999999999.999999")
    for wrong in ("NaN", "sNaN", "Infinity", "-Infinity", "1e400", "1e-400", "1e15", "0.0000001", "1e999999"):
        with pytest.raises(BadFilter):
            amount(Decimal(wrong))


def test_a_search_is_words_and_without_any_finds_everything() -> None:
    assert searched(None) is None
    assert searched("") is None
    assert searched("\"'&|!():*<->-_ \\ \0 $ {}") is None
    assert searched('"touch" & -typing! (é_😀日本)') == Matches(("touch", "typing", "e", "日本"))
    for wrong in ("x" * 501, "x" * 10_000, '"' * 10_000, " ".join("abcdefghijklmnopqrstu")):
        with pytest.raises(BadFilter):
            searched(wrong)


def test_times_are_cut_to_the_side_that_keeps_a_comparison_true() -> None:
    fine, down = datetime(2026, 1, 1, 0, 0, 0, 1500, UTC), datetime(2026, 1, 1, 0, 0, 0, 1000, UTC)

    assert [instant(fine, each) for each in (Operator.GT, Operator.LTE, Operator.EQ, Operator.IN)] == [down] * 4
    assert [instant(fine, each) - down for each in (Operator.GTE, Operator.LT)] == [timedelta(milliseconds=1)] * 2
