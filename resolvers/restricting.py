"""What a coupon is restricted to, as it is stored.

A coupon without items and categories is for everything.  Otherwise it is for its items, and for whatever is of one of
its categories, letter by letter: a product's category or a course's own.  Typing tests have none, and can only be named
by their ids.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from resolvers.catalog import KINDS
from resolvers.context import Handles
from resolvers.placing import Wanted
from resolvers.profiles import text
from resolvers.refusals import InvalidInput

MOST_ITEMS = 100
MOST_CATEGORIES = 50
LONGEST_CATEGORY = 100


async def restricted(handles: Handles, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with what they say of items and categories as columns; nothing said stays nothing said, and None is no
    restriction.  Raises InvalidInput, also for an item that does not exist.
    """
    stored = dict(facts)
    if "items" in facts:
        items = distinct("items", facts["items"] or (), MOST_ITEMS)
        await refuse_unknown(handles, items)
        stored |= {"items": [each.item_id for each in items], "item_kinds": [each.kind for each in items]}
    if "categories" in facts:
        named = [category(place, each) for place, each in enumerate(facts["categories"] or ())]
        stored["categories"] = distinct("categories", named, MOST_CATEGORIES)
    return stored


def distinct(name: str, given: Sequence[Any], most: int) -> list[Any]:
    """Each once, in their order."""
    found = list(dict.fromkeys(given))
    if len(found) > most:
        raise InvalidInput((name,), f"These are {len(found)}: name at most {most}.")
    return found


def category(place: int, given: str) -> str:
    path = ("categories", str(place))
    try:
        found = text("categories", given, longest=LONGEST_CATEGORY)
    except InvalidInput as error:
        raise InvalidInput(path, error.message) from None
    if found is None:
        raise InvalidInput(path, "A category is a word at least: name one such as ebook, or leave it out.")
    return found


async def refuse_unknown(handles: Handles, items: Sequence[Wanted]) -> None:
    """Published or not, each must exist."""
    known: set[Wanted] = set()
    for kind in dict.fromkeys(each.kind for each in items):
        loader = KINDS[kind]
        ids = [each.item_id for each in items if each.kind is kind]
        found = await loader.load(handles, ids, (loader.source.stored("id"),))
        known |= {Wanted(kind, item_id) for item_id in found}
    for place, each in enumerate(items):
        if each not in known:
            raise InvalidInput(("items", str(place)), "There is no such item: use an id as the graph gave it.")
