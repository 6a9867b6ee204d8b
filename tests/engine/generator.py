"""Writes what an operation selects, over the whole schema, so that it is valid."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.engine.documents import Document, Fragment
from tests.engine.scopes import Names, Used
from tests.engine.values import Hint, Pool, literal

DEEPEST = 6
ITEMS = ("Course", "Product", "TypingTest")
FOR_STAFF = ("orders", "purchases", "coupons", "referrals", "users")
TIMED = ("HORARY", "PROGRESSED", "SOLAR_RETURN")
MOMENT = "2026-02-01T12:00:00Z"
Composite = GraphQLObjectType | GraphQLInterfaceType


def charts(pool: Pool) -> list[str]:
    """The arguments with which charts are asked for.  They do not depend on the time of day, so that the same chart can
    be asked for again.
    """
    people = pool.ids["User"][0], pool.ids["User"][-1]
    return [
        "(type: TROPICAL)",
        "(type: DRACONIC)",
        *(f'(type: {each}, at: "{MOMENT}")' for each in TIMED),
        *(f'(type: SYNASTRY, with: "{each}")' for each in people),
    ]


def asked_for(kind: Composite) -> list[str]:
    """The fields that are asked for.  What answers with problems is left to graphql-core, and has tests of its own."""
    return [name for name, each in kind.fields.items() if not isinstance(get_named_type(each.type), GraphQLUnionType)]


@dataclass
class Writer:
    """Writes the selections of one operation."""

    schema: GraphQLSchema
    document: Document
    random: Random
    viewer: str
    made: int = 0
    left: int = field(default=0)

    def __post_init__(self) -> None:
        self.left = self.random.choice((5, 9, 14, 20, 32))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def root(self) -> str:
        kind: Any = self.schema.query_type
        names, parts = Names(), []
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4))):
            open_to = asked_for(kind)
            name = self.random.choices(open_to, [self.weight(each) for each in open_to])[0]
            parts.append(self.field(kind, name, kind.fields[name], names, DEEPEST))
        if self.chance(0.08):
            parts.append("__typename")
        if self.chance(0.1):
            parts.append(self.spread(kind, names, DEEPEST))
        return f"{{ {' '.join(filter(None, parts)) or '__typename'} }}"

    def weight(self, name: str) -> float:
        if name in FOR_STAFF:
            return {"admin": 3.0, "analyst": 2.5, "buying analyst": 2.5}.get(self.viewer, 0.15)
        likely = {
            "me": 0.2 if self.viewer == "nobody" else 7,
            "node": 3,
            "nodes": 4,
            "catalog": 2,
            "order": 2,
            "user": 2,
        }
        return likely.get(name, 0.4 if name in ("chart", "hasPurchased", "randomPassage") else 1)

    def selections(self, kind: Composite, names: Names, depth: int, likely: tuple[str, ...] = ()) -> str:
        if kind.name.endswith(("Connection", "Edge")):
            parts = self.of_connection(kind, names, depth)
        else:
            many = self.random.choice((1, 2, 3, 3, 4, 6)) if self.left > 0 else 1
            parts = [self.selection(kind, names, depth) for _ in range(many)]
        if isinstance(kind, GraphQLInterfaceType):
            types = [each.name for each in self.schema.get_possible_types(kind)]
            chosen = likely or tuple(self.random.sample(types, min(3, len(types))))
            share = 0.05 if self.left <= 0 else 0.95 if likely else 0.7
            parts += [self.narrowed(self.schema.get_type(each), names, depth) for each in chosen if self.chance(share)]
        return f"{{ {' '.join(filter(None, parts)) or '__typename'} }}"

    def of_connection(self, kind: Composite, names: Names, depth: int) -> list[str]:
        shares = {"edges": 0.45, "nodes": 0.6, "pageInfo": 0.4, "totalCount": 0.35, "cursor": 0.5, "node": 0.85}
        parts = ["__typename"] if self.chance(0.06) else []
        for name, definition in kind.fields.items():
            is_last_hope = name == "nodes" and not any("node" in part for part in parts) and self.chance(0.85)
            while is_last_hope or self.chance(shares[name]):
                is_last_hope = False
                parts.append(self.field(kind, name, definition, names, depth))
                if self.chance(0.85):
                    break
        self.random.shuffle(parts)
        return parts

    def selection(self, kind: Composite, names: Names, depth: int) -> str:
        drawn = self.random.random()
        if drawn < 0.07:
            return f"t{self.next()}: __typename{self.directive()}" if self.chance(0.4) else "__typename"
        if drawn < 0.13:
            return self.narrowed(kind, names, depth, is_here=True)
        if drawn < 0.19:
            return self.spread(kind, names, depth)
        open_to = asked_for(kind)
        if depth <= 0 or self.left <= 0:
            open_to = [name for name, each in kind.fields.items() if is_leaf_type(get_named_type(each.type))]
        elif self.chance(0.65):
            open_to = [name for name in open_to if not is_leaf_type(get_named_type(kind.fields[name].type))] or open_to
        if names.used and self.chance(0.12):
            again = [each.said for each in names.used.values() if each.said in open_to]
            open_to = again or open_to
        name = self.random.choice(open_to)
        return self.field(kind, name, kind.fields[name], names, depth)

    def narrowed(self, kind: Any, names: Names, depth: int, *, is_here: bool = False) -> str:
        """An inline fragment, on the type, on one of its interfaces, or on no type where that is the type here."""
        self.left -= 2
        interfaces: list[Any] = [kind, *getattr(kind, "interfaces", ())]
        on = None if is_here and self.chance(0.3) else self.random.choice([*interfaces, kind, kind, kind])
        inner = self.selections(on or kind, names, depth)
        return f"...{f' on {on.name}' if on else ''}{self.directive()} {inner}"

    def spread(self, kind: Any, names: Names, depth: int) -> str:
        """A named fragment, a new one or one that is there, if its fields may stand here."""
        known = [name for name, each in self.document.fragments.items() if each.on == kind.name]
        if known and self.chance(0.5):
            name = self.random.choice(known)
        else:
            on = self.random.choice([kind, kind, *getattr(kind, "interfaces", ())])
            own = Names()
            inner = self.selections(on, own, min(depth, 2))
            name = f"F{self.next()}"
            self.document.fragments[name] = Fragment(on.name, f"fragment {name} on {on.name} {inner}", own)
        fragment = self.document.fragments[name]
        if not (names.fits(fragment.names) and fragment.names.fits(names)):
            return ""
        names.take_over(fragment.names)
        return f"...{name}{self.directive()}"

    def field(self, kind: Any, name: str, definition: GraphQLField, names: Names, depth: int) -> str:
        self.left -= 1
        named: Any = get_named_type(definition.type)
        likely = self.likely(kind, name, definition.type)
        alias = self.alias(kind, name)
        said, is_paged = self.arguments(kind, name, definition, likely, alias or name)
        if is_paged:
            alias = alias or f"p{self.next()}"
        used = Used(name, said, f"{definition.type}", Names())
        before = names.used.get(alias or name)
        if before is not None and before.said == name and before.kind == used.kind and self.chance(0.8):
            used, said = before, before.arguments
        elif before is not None and not before.is_same(used):
            alias = f"a{self.next()}"
        response = alias or name
        below = names.used.setdefault(response, used).below
        inner = ""
        if not is_leaf_type(named):
            is_wrapper = named.name.endswith(("Connection", "Edge", "PageInfo", "Money"))
            inner = " " + self.selections(named, below, depth if is_wrapper else depth - 1, likely)
            if is_paged:
                inner = inner[:-1] + "cursors: pageInfo { cursor: endCursor } }"
        return f"{f'{alias}: ' if alias else ''}{name}{said}{self.directive()}{inner}"

    def alias(self, kind: Any, name: str) -> str | None:
        if not self.chance(0.2):
            return None
        return self.random.choice(list(kind.fields)) if self.chance(0.15) else f"a{self.next()}"

    def likely(self, kind: Any, name: str, of: GraphQLOutputType) -> tuple[str, ...]:
        """The types of ids that a field is likely to be asked for with."""
        if name in ("node", "nodes") and kind.name == "Query":
            known = self.document.values.types()
            return tuple(self.random.sample(known, min(len(known), self.random.randint(1, 3))))
        if name in ("owns", "hasPurchased"):
            return ITEMS
        named = get_named_type(of).name
        return {"leaderboard": ("TypingTest",), "chart": ("User",)}.get(
            name, (named,) if kind.name == "Query" and named in self.document.values.pool.ids else ()
        )

    def arguments(
        self, kind: Any, name: str, definition: GraphQLField, likely: tuple[str, ...], response: str
    ) -> tuple[str, bool]:
        """The arguments of a field, and whether it pages on with a cursor."""
        if name == "chart":
            return self.of_chart(), False
        chosen = self.chosen(definition)
        parts, is_paged = [], False
        for each in chosen:
            argument = definition.args[each]
            hint = Hint(self.hinted(kind, each, definition), each, likely)
            if each in ("after", "before") and not self.document.values.is_odd:
                is_paged = True
                parts.append(f"{each}: {self.document.page(response)}")
            else:
                parts.append(f"{each}: {self.value(argument, hint, is_always=name == 'randomPassage')}")
        self.random.shuffle(parts)
        return (f"({', '.join(parts)})" if parts else ""), is_paged

    def value(self, argument: GraphQLArgument, hint: Hint, *, is_always: bool) -> str:
        if is_always:
            kind: Any = argument.type
            return "advanced" if self.chance(0.5) else self.document.named(GraphQLNonNull(kind), hint, is_always=True)
        if self.chance(0.35):
            is_needed = hint.name in ("id", "slug", "number") and self.chance(0.9)
            return self.document.named(argument.type, hint, is_always=is_needed)
        return literal(self.document.values.of(argument.type, hint))

    def chosen(self, definition: GraphQLField) -> list[str]:
        arguments = definition.args
        required = [name for name, each in arguments.items() if isinstance(each.type, GraphQLNonNull)]
        if self.document.values.is_odd and self.chance(0.4):
            rest = [name for name in arguments if name not in (*required, "level")]
            return [*required, *(["level"] if "level" in arguments else []), *filter(lambda _: self.chance(0.3), rest)]
        if "id" in arguments and not required:
            return [self.random.choice(list(arguments))]
        ways = [[], ["first"], ["first"], ["first"]] if "first" in arguments else [[]]
        ways += [["first", "after"]] if "after" in arguments else []
        ways += [["last"], ["last", "before"]] if "last" in arguments else []
        ways += [["page"]] if "page" in arguments else []
        rest = [name for name in arguments if name not in (*required, "first", "after", "last", "before", "page")]
        more = [name for name in rest if self.chance(1.0 if name == "level" else 0.14)]
        return [*required, *self.random.choice(ways), *more]

    def hinted(self, kind: Any, name: str, definition: GraphQLField) -> str:
        """The type whose values an argument is likely to have."""
        if name == "level":
            return "Query"
        named = get_named_type(definition.type).name.removesuffix("Connection")
        return "Course" if named == "Purchasable" else named

    def of_chart(self) -> str:
        return self.random.choice(charts(self.document.values.pool))

    def directive(self) -> str:
        if not self.chance(0.07):
            return ""
        return f" @{self.random.choice(('include', 'skip'))}(if: {self.document.condition()})"

    def next(self) -> int:
        self.made += 1
        return self.made
