"""Who owns what, as the member documents say it: one look-up of a person answers for all items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import referrals as referral_models
from resolvers.context import Handles
from resolvers.loading import source_of
from resolvers.sources import Columns

ENTITLEMENTS = ("purchased_courses", "purchased_tests", "purchased_products")


@dataclass(frozen=True)
class ItemsByOwner:
    """The ids of all items that a person owns, of whatever kind; nothing for who is no member."""

    async def load(self, handles: Handles, keys: Sequence[Any], _: Columns) -> Mapping[Any, frozenset[UUID]]:
        source = source_of(referral_models.Member)
        key, *lists = map(source.stored, ("id", *ENTITLEMENTS))
        rows = await source.rows(handles, key, keys, tuple(lists), ())
        return {row[key]: frozenset(item for each in lists for item in row[each]) for row in rows}


Entitlements = ItemsByOwner()
