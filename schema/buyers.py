"""The field that stands for a buyer where people are not named."""

from dataclasses import dataclass
from typing import Any

from resolvers.purchases import buyer_key
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, declare
from schema.entities import Entity
from schema.selections import ResolveInfo
from schema.visibility import ADMIN, ANALYST


@dataclass(frozen=True)
class Pseudonym(Declaration):
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (user_id,) = stored

        def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> str:
            return buyer_key(info.context.handles, row[user_id])

        return resolve


def pseudonym(*, by: str, description: str) -> Any:
    """A field that tells persons apart without telling who they are, for analysts and administrators."""
    return declare(Pseudonym(by), description, [ANALYST, ADMIN])
