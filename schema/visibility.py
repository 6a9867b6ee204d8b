"""Who may see what: stated where a type or a field is declared, published in the SDL as `@visible`, and decided
from the row and the viewer alone, never from the path by which the row was reached.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import strawberry
from strawberry.schema_directive import Location

from models.identity import Role
from resolvers.conditions import Compare, Condition, Every, Operator, Some
from resolvers.stores import Row
from resolvers.viewer import Viewer
from schema.values import described


class Audience(StrEnum):
    ANYONE = "ANYONE"
    SIGNED_IN = "SIGNED_IN"
    OWNER = "OWNER"
    ANALYST = "ANALYST"
    ADMIN = "ADMIN"


described(
    Audience,
    "A group of viewers.",
    ANYONE="Everybody, signed in or not.",
    SIGNED_IN="Everybody who is signed in.",
    OWNER="The person whom the object is about.",
    ANALYST="Analysts: they see what happened, not to whom.",
    ADMIN="Administrators.",
)

ANYONE, SIGNED_IN, OWNER, ANALYST, ADMIN = Audience
AUDIENCE_OF_ROLE = {Role.ANALYST: ANALYST, Role.ADMIN: ADMIN}


@strawberry.schema_directive(
    locations=[Location.OBJECT, Location.FIELD_DEFINITION],
    description="Who may see this. To everybody else it is null, with an error whose code is FORBIDDEN.",
)
class Visible:
    to: list[Audience] = strawberry.directive_field(name="to")


@dataclass(frozen=True, slots=True)
class Visibility:
    """Who may see a row, or one field of it.

    `owners` are the stored columns that hold the ids of the persons whom the row is about.  With `published`, a
    stored column of truth values, a row that is not published is only there for administrators.
    """

    audiences: frozenset[Audience]
    owners: tuple[str, ...] = ()
    published: str | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that the decision reads."""
        return (*self.owners, *((self.published,) if self.published else ()))

    def decides_by_role(self, viewer: Viewer) -> bool:
        """Whether the viewer sees this whatever the row."""
        return not self.audiences.isdisjoint(audiences_of(viewer))

    def condition(self, viewer: Viewer) -> Condition | None:
        """What holds for just the rows that `permits` lets the viewer see; None where that is all of them."""
        published: tuple[Condition, ...] = ()
        if self.published is not None and viewer.role is not Role.ADMIN:
            published = (Compare(self.published, Operator.EQ, value=True),)
        if self.decides_by_role(viewer):
            return published[0] if published else None
        is_owner = OWNER in self.audiences and viewer.is_signed_in
        owned = tuple(Compare(name, Operator.EQ, viewer.user_id) for name in self.owners) if is_owner else ()
        return Every((*published, Some(owned)))

    def permits(self, viewer: Viewer, row: Row) -> bool:
        if self.published is not None and not row[self.published] and viewer.role is not Role.ADMIN:
            return False
        if self.decides_by_role(viewer):
            return True
        return (
            OWNER in self.audiences and viewer.is_signed_in and any(row[name] == viewer.user_id for name in self.owners)
        )


def audiences_of(viewer: Viewer) -> Iterable[Audience]:
    if not viewer.is_signed_in:
        return (ANYONE,)
    role = AUDIENCE_OF_ROLE.get(viewer.role) if viewer.role else None
    return (ANYONE, SIGNED_IN) if role is None else (ANYONE, SIGNED_IN, role)
