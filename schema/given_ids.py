"""Ids that mutations are given, each of one type."""

from uuid import UUID

from resolvers.refusals import BadGlobalId, InvalidInput
from resolvers.sources import Model
from schema.entities import BY_MODEL
from schema.ids import parse_global_id


def id_of(model: Model, given: str, *about: str, otherwise: str) -> UUID:
    """The id of the row.  Raises InvalidInput about that input, for the id of another type with the sentence
    `otherwise`.
    """
    try:
        named, key = parse_global_id(given)
    except BadGlobalId as error:
        raise InvalidInput(about, error.message) from None
    if named != BY_MODEL[model].name:
        raise InvalidInput(about, otherwise)
    return key
