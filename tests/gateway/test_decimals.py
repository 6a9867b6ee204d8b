"""Decimals of MongoDB: the same as the driver reads them, digit for digit."""

from decimal import Decimal

from bson.decimal128 import Decimal128, create_decimal128_context
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.codecs import DecimalCodec

NUMBERS = st.decimals(allow_nan=True, allow_infinity=True).map(create_decimal128_context().create_decimal)


@given(NUMBERS)
@example(Decimal("9.99"))
@example(Decimal("-0.00"))
@example(Decimal("9.999999999999999999999999999999999E+6144"))
@example(Decimal("1E-6176"))
@example(Decimal("-Infinity"))
@example(Decimal("sNaN"))
def test_a_decimal_is_read_as_the_driver_reads_it(number: Decimal) -> None:
    stored = Decimal128(number)

    assert str(DecimalCodec().transform_bson(stored)) == str(stored.to_decimal())
