"""Values for arguments and variables: those that the data has, and those that nothing can have."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    is_list_type,
)

from resolvers.context import Handles
from resolvers.loading import order_of
from resolvers.sources import Window
from schema.entities import BY_NAME, Entity
from schema.fields import Column, Computed
from schema.ids import global_id

ROWS = 60
BROKEN_IDS = ("", "x", "Q291cnNlOg==", global_id("Nothing", UUID(int=1)), global_id("Money", UUID(int=1)), "naïve ✓")
ODD_TEXTS = ("", " ", "\0", "a\0b", "ä ✓ 😀", '"\\\n', "'; DROP TABLE users; --", "${jndi}", "%_", "x" * 600, "typing")
ODD_NUMBERS = (-1, 0, 101, 2**31 - 1, 2**31, -(2**40))
WRONG: tuple[Any, ...] = (5, 2.0, -1.5, "wrong", True, [], {}, [None], {"eq": 1}, "2026", None)
DAYS = ("2025-01-01T00:00:00Z", "2025-09-15T12:30:00.123456+05:30", "2026-06-01T00:00:00.000Z")
ODD_DAYS = ("2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "now", "9999-12-31T24:00:00Z", "2026-01-01T00:00:00")
AMOUNTS = ("0", "20", "49.99", "100")
ODD_AMOUNTS = ("NaN", "1e400", "-0", "0.1234567", "x", "Infinity", 20, 1.5)
WORDS = ("typing", "the", "course", "a", "Clean Code", "master TYPING", "")


class Name(str):
    """The name of an enum's value, which stands without quotes in a document."""

    __slots__ = ()


@dataclass
class Pool:
    """What the data has: global ids by type, values by type and field, and cursors that lists have given."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    values: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)
    own: dict[tuple[str, UUID], list[str]] = field(default_factory=dict)
    """The ids of what is about a person, by type and person."""


async def harvested(handles: Handles) -> Pool:
    pool = Pool()
    for entity in BY_NAME.values():
        if "id" in entity.fields:
            await harvest(handles, entity, pool)
    return pool


async def harvest(handles: Handles, entity: Entity, pool: Pool) -> None:
    source = entity.source
    fields = {
        name: source.stored(each.declaration.attributes(each.python_name)[0])
        for name, each in entity.fields.items()
        if isinstance(each.declaration, Column | Computed)
    }
    window = Window(limit=ROWS, order=order_of(entity.loader.model, "id"))
    columns = {source.stored("id"), *fields.values(), *entity.visibility.owners}
    rows = await source.window(handles, tuple(sorted(columns)), window)
    for row in rows:
        for owner in entity.visibility.owners:
            pool.own.setdefault((entity.name, row[owner]), []).append(global_id(entity.name, row[source.stored("id")]))
    pool.ids[entity.name] = [global_id(entity.name, row[source.stored("id")]) for row in rows]
    for name, column in fields.items():
        found = [as_json(row[column]) for row in rows]
        pool.values[entity.name, name] = [each for each in found if isinstance(each, str | int)]


def as_json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, Decimal | UUID) else value


@dataclass(frozen=True)
class Hint:
    """What a value is for: a field of a type, and which types of things are likely."""

    owner: str
    name: str
    likely: tuple[str, ...] = ()


@dataclass
class Values:
    """Makes values of input types.  `is_odd` says that some are to be such as nothing can have."""

    pool: Pool
    random: Random
    is_odd: bool = False
    mine: UUID | None = None
    variable: Callable[[GraphQLInputType, Hint], Name | None] = lambda _kind, _hint: None
    """Makes the name of a variable stand for a value, or not."""

    def of(self, kind: GraphQLInputType, hint: Hint, depth: int = 0) -> Any:
        if depth and (named := self.variable(kind, hint)) is not None:
            return named
        if isinstance(kind, GraphQLNonNull):
            return self.plain(kind.of_type, hint, depth)
        return self.plain(kind, hint, depth)

    def plain(self, kind: GraphQLInputType, hint: Hint, depth: int) -> Any:
        if self.is_odd and self.chance(0.06 if depth else 0.15):
            return self.random.choice(WRONG)
        if is_list_type(kind):
            return self.list_of(kind.of_type, hint, depth)
        if isinstance(kind, GraphQLEnumType):
            return self.name_of(kind, hint)
        if isinstance(kind, GraphQLInputObjectType):
            return self.object_of(kind, hint, depth)
        return self.leaf(str(kind), hint)

    def list_of(self, kind: GraphQLInputType, hint: Hint, depth: int) -> Any:
        if self.chance(0.08):
            # A single value stands for a list of it, but a variable does not.
            return self.of(kind, hint)
        many = self.random.choice((0, 1, 1, 2, 3, 4)) if depth or hint.name != "ids" else self.random.randint(1, 8)
        found = [self.of(kind, hint, depth) for _ in range(many)]
        if str(kind).endswith("Order!") and not self.is_odd:
            # What stands twice in an order is refused.
            found = list({repr(each["field"]): each for each in found if isinstance(each, dict)}.values())
        return found * 30 if self.is_odd and self.chance(0.05) else found

    def name_of(self, kind: GraphQLEnumType, hint: Hint) -> Name:
        if self.is_odd and self.chance(0.3):
            return Name(self.random.choice(("nothing", "ASCENDING", "completed", "COURSE", "true1")))
        if (hint.owner, hint.name) == ("Query", "level"):
            # Of this level there is one text, so that whoever draws one draws it.
            return Name("advanced")
        return Name(self.random.choice(list(kind.values)))

    def object_of(self, kind: GraphQLInputObjectType, hint: Hint, depth: int) -> dict[str, Any]:
        named = kind.name
        if named == "PageInput":
            size = {"size": self.random.randint(1, 5)} if self.chance(0.7) else {}
            return {"number": self.random.choice((0, -1, 10**6)) if self.odd() else self.random.randint(1, 3), **size}
        if named.endswith(("Order", "Comparison")):
            owner = named.removesuffix("Order") if named.endswith("Order") else hint.owner
            return self.parts(kind, Hint(owner, hint.name, hint.likely), self.random.choice((1, 1, 1, 2)), depth)
        parts = [name for name in kind.fields if name not in ("and", "or", "not")]
        if depth < 3 or self.is_odd:
            parts += ["and", "or", "not"]
        wanted = self.random.sample(parts, min(len(parts), self.random.choice((0, 1, 1, 1, 2))))
        owner = named.removesuffix("Filter")
        return {
            name: self.of(
                kind.fields[name].type, hint if name in ("and", "or", "not") else Hint(owner, name), depth + 1
            )
            for name in wanted
        }

    def parts(self, kind: GraphQLInputObjectType, hint: Hint, most: int, depth: int) -> dict[str, Any]:
        required = [name for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)]
        chosen = {
            *[each for each in required if each == "field"],
            *self.random.sample(list(kind.fields), min(most, len(kind.fields))),
        }
        made = {name: self.of(kind.fields[name].type, hint, depth + 1) for name in kind.fields if name in chosen}
        if "eq" in made and self.chance(0.15):
            made["eq"] = None
        return made

    def leaf(self, kind: str, hint: Hint) -> Any:
        match kind:
            case "Boolean":
                return self.chance(0.5)
            case "Int":
                return self.number(hint)
            case "ID":
                return self.global_id(hint)
            case "Decimal":
                return self.random.choice(ODD_AMOUNTS if self.odd() else (*AMOUNTS, *self.known(hint)))
            case "DateTime":
                return self.random.choice(ODD_DAYS if self.odd() else (*DAYS, *self.known(hint)[:9]))
            case _:
                return self.text(hint)

    def number(self, hint: Hint) -> int:
        if self.odd():
            return self.random.choice(ODD_NUMBERS)
        return self.random.choice((0, 1, 2) if hint.name == "skip" else (0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 7, 9))

    def global_id(self, hint: Hint) -> str:
        likely = hint.likely
        if not likely:
            named = hint.owner if hint.name == "id" else {"user": "User"}.get(hint.name, "")
            likely = (named,) if named in self.pool.ids else tuple(self.pool.ids)
        if self.odd():
            likely = tuple(self.pool.ids)
            if self.chance(0.5):
                return self.random.choice(BROKEN_IDS)
        named = self.random.choice(likely)
        ids = self.pool.ids[named]
        if self.mine is not None and self.chance(0.75):
            ids = self.pool.own.get((named, self.mine), ids)
        return self.random.choice(ids) if ids and self.chance(0.93) else global_id(named, UUID(int=7))

    def types(self) -> list[str]:
        """The types of which there is something, or something of the viewer's."""
        own = [name for name, person in self.pool.own if person == self.mine is not None]
        return own if own and self.chance(0.7) else [name for name, ids in self.pool.ids.items() if ids]

    def text(self, hint: Hint) -> str:
        if hint.name == "currency":
            return self.random.choice(("INR", "INR", "USD", "", "rupee"))
        if hint.name in ("after", "before"):
            return self.random.choice(self.pool.cursors or BROKEN_IDS) if self.is_odd else ""
        if self.odd():
            return self.random.choice(ODD_TEXTS)
        found = self.random.choice(WORDS if hint.name == "search" else [*map(str, self.known(hint)), "typing"])
        return found[: self.random.randint(1, 6)] if self.chance(0.2) else found

    def known(self, hint: Hint) -> list[Any]:
        return self.pool.values.get((hint.owner, hint.name), [])

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def odd(self) -> bool:
        return self.is_odd and self.chance(0.35)


def literal(value: Any) -> str:
    """A value as a document says it."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {literal(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else quoted(value)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=len(text) % 2 == 0)
