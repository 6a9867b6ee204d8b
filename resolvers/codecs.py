"""How values travel to MongoDB and back where the driver's own way is not ours, or takes several times as long."""

import struct
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto
from bson.binary import UUID_SUBTYPE, Binary, UuidRepresentation
from bson.codec_options import CodecOptions, TypeCodec, TypeDecoder, TypeRegistry
from bson.decimal128 import Decimal128

# IEEE 754-2008 decimal128, digits as a binary integer: a sign, 14 bits of exponent, 113 bits of digits.
HALVES = struct.Struct("<QQ")
NO_PLAIN_NUMBER = 0b11 << 61
EXPONENT, DIGITS_OF_HIGH, BIAS = (1 << 63) - (1 << 49), (1 << 49) - 1, 6176


class DecimalCodec(TypeCodec):
    """Keeps Python's decimals as MongoDB's, so that rows of both databases carry the same type for money."""

    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        low, high = HALVES.unpack(value.bid)
        if high & NO_PLAIN_NUMBER == NO_PLAIN_NUMBER:
            return value.to_decimal()
        # The driver's own way is exact too and takes six times as long.
        digits, exponent = (high & DIGITS_OF_HIGH) << 64 | low, (high & EXPONENT) >> 49
        return Decimal(f"{'-' if high >> 63 else ''}{digits}E{exponent - BIAS}")


class UuidDecoder(TypeDecoder):
    """Makes UUIDs of the kind that rows of PostgreSQL carry, which is equal to Python's and made much sooner."""

    bson_type = Binary

    def transform_bson(self, value: Binary) -> Any:
        return pgproto.UUID(bytes(value)) if value.subtype == UUID_SUBTYPE else value


CODEC = CodecOptions[dict[str, Any]](
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
    type_registry=TypeRegistry([DecimalCodec()]),
)
READING = CodecOptions[dict[str, Any]](
    tz_aware=True,
    uuid_representation=UuidRepresentation.UNSPECIFIED,
    type_registry=TypeRegistry([DecimalCodec(), UuidDecoder()]),
)
"""For reads, whose filters and pipelines are sent with what `sent` makes of UUIDs."""


def sent(value: Any) -> Any:
    """A filter or a pipeline, with UUIDs as MongoDB stores them: the driver takes its time over each."""
    if isinstance(value, UUID):
        return Binary(value.bytes, UUID_SUBTYPE)
    if isinstance(value, dict):
        return {name: sent(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [sent(each) for each in value]
    return value
