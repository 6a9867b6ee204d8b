"""Global ids: the name of a type and the id of a row, readable when decoded, opaque to clients."""

import base64
from binascii import b2a_base64
from uuid import UUID

from asyncpg.pgproto import pgproto

from resolvers.refusals import BadGlobalId


def global_id(type_name: str, row_id: UUID) -> str:
    return b2a_base64(f"{type_name}:{row_id}".encode(), newline=False).decode()


def parse_global_id(given: str) -> tuple[str, UUID]:
    """The name of the type and the id of the row.  Raises BadGlobalId for whatever `global_id` never makes."""
    try:
        type_name, _, row_id = base64.b64decode(given, validate=True).decode("ascii").partition(":")
        # The kind of UUID that the driver makes of rows: equal to Python's, and read and written much sooner.
        parsed: UUID = pgproto.UUID(row_id)
    except ValueError:
        raise BadGlobalId(given) from None
    if global_id(type_name, parsed) != given:
        raise BadGlobalId(given)
    return type_name, parsed
