"""Things for sale as clients name them in plain lists: by their ids."""

from collections.abc import Sequence

from resolvers.placing import Wanted
from resolvers.refusals import InvalidInput
from schema.ordering import wanted


def wanted_items(given: Sequence[str]) -> tuple[Wanted, ...]:
    """What the ids of the argument or field `items` stand for.  Raises InvalidInput at the place of a wrong one."""
    return tuple(wanted_at(place, each) for place, each in enumerate(given))


def wanted_at(place: int, given: str) -> Wanted:
    try:
        return wanted(place, given)
    except InvalidInput as error:
        raise InvalidInput(("items", str(place)), error.message) from None
