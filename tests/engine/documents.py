"""The parts of an operation that are not fields: its variables, its fragments, and the text that they make together."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import GraphQLBoolean, GraphQLInputType, GraphQLNonNull

from tests.engine.scopes import Names
from tests.engine.values import Hint, Name, Values, literal

USED = re.compile(r"\$(\w+)")
SPREAD = re.compile(r"\.\.\.(F\d+)")


@dataclass(frozen=True)
class Variable:
    kind: GraphQLInputType
    hint: Hint
    declared: str
    default: str | None
    is_optional: bool
    is_always: bool = False

    def value(self, values: Values, random: Random, into: dict[str, Any], name: str) -> None:
        """Puts a value into the variables, or none."""
        drawn = random.random()
        if self.is_always or drawn < (0.8 if self.is_optional else 0.98):
            into[name] = values.of(self.kind, self.hint)
        elif drawn < 0.9 and (self.is_optional or values.is_odd):
            into[name] = None
        elif not (self.is_optional or values.is_odd):
            into[name] = values.of(self.kind, self.hint)


@dataclass(frozen=True)
class Fragment:
    on: str
    text: str
    names: Names


@dataclass
class Document:
    """What an operation says beside its fields, while it is being written."""

    values: Values
    random: Random
    variables: dict[str, Variable] = field(default_factory=dict)
    fragments: dict[str, Fragment] = field(default_factory=dict)
    pages: list[tuple[str, str]] = field(default_factory=list)
    """Variables that are to be cursors, each with the response name of the list that gives them."""

    def __post_init__(self) -> None:
        self.values.variable = self.sometimes

    def sometimes(self, kind: GraphQLInputType, hint: Hint) -> Name | None:
        if self.random.random() >= 0.2:
            return None
        return self.named(kind, hint, is_always=not self.values.is_odd and self.random.random() < 0.9)

    def named(self, kind: GraphQLInputType, hint: Hint, *, is_always: bool = False) -> Name:
        """The name of a variable that may stand where a value of this type may."""
        name, is_required, default = f"v{len(self.variables)}", isinstance(kind, GraphQLNonNull), None
        plain: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if self.random.random() < 0.3:
            default = literal(self.quiet().of(plain, hint))
        is_declared_required = is_required and (default is None or self.random.random() < 0.3)
        declared = f"{plain}!" if is_declared_required or self.random.random() < 0.1 else str(plain)
        is_optional = not declared.endswith("!") and not is_required
        self.variables[name] = Variable(kind, hint, declared, default, is_optional, is_always)
        return Name(f"${name}")

    def page(self, cursors: str) -> Name:
        """A variable that is a cursor once the list of this response name has given any."""
        name = f"c{len(self.variables)}"
        self.variables[name] = Variable(None, Hint("", ""), "String", None, is_optional=True)  # type: ignore[arg-type]
        self.pages.append((name, cursors))
        return Name(f"${name}")

    def quiet(self) -> Values:
        """Makes values that no variable is in."""
        return Values(self.values.pool, self.random, self.values.is_odd, self.values.mine)

    def condition(self) -> str:
        if self.random.random() < 0.5:
            return self.random.choice(("true", "false"))
        known = [name for name, each in self.variables.items() if each.declared == "Boolean!"]
        if known and self.random.random() < 0.6:
            return f"${self.random.choice(known)}"
        name = f"v{len(self.variables)}"
        default = self.random.choice((None, None, "true", "false"))
        self.variables[name] = Variable(
            GraphQLNonNull(GraphQLBoolean), Hint("", ""), "Boolean!", default, is_optional=False
        )
        return f"${name}"

    def text(self, selections: str, name: str, more: str) -> str:
        texts, seen = [selections], set[str]()
        for text in texts:
            for spread in SPREAD.findall(text):
                if spread not in seen:
                    seen.add(spread)
                    texts.append(self.fragments[spread].text)
        used = {each for text in texts for each in USED.findall(text)}
        said = ", ".join(
            f"${known}: {each.declared}{f' = {each.default}' if each.default is not None else ''}"
            for known, each in self.variables.items()
            if known in used
        )
        self.variables = {known: each for known, each in self.variables.items() if known in used}
        parts = [f"query {name}{f'({said})' if said else ''} {selections}", more, *texts[1:]]
        self.random.shuffle(parts)
        return "\n".join(filter(None, parts))
