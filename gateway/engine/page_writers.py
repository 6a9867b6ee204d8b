"""What is written around the rows of a page: edges, cursors, where the page stands, the total."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from gateway.engine.compiler import Compiler
from gateway.engine.reading import object_of
from gateway.engine.surprises import Uncovered


class Page(NamedTuple):
    """Where a page stands, in the order in which its writer takes it."""

    has_next: bool
    has_previous: bool
    start: str | None
    end: str | None
    total: int | None


PAGE_INFO = {"hasNextPage": 0, "hasPreviousPage": 1, "startCursor": 2, "endCursor": 3}
ENDS = {"startCursor", "endCursor"}
PROBES = {"hasNextPage", "hasPreviousPage"}


class Writer:
    """Writes the function that writes a page, and learns what the operation needs for it."""

    def __init__(
        self, compiler: Compiler, kind: GraphQLObjectType, rows: Callable[[Sequence[FieldDetails]], str]
    ) -> None:
        self.compiler, self.module, self.kind, self.rows = compiler, compiler.module, kind, rows
        self.has_cursors = self.has_ends = self.has_probe = self.has_total = self.has_rows = False

    def write(self, details: Sequence[FieldDetails]) -> str:
        members = []
        for name, merged in self.compiler.reading.below(self.kind, details).items():
            members.append(f"{self.module.bind(name, 'name')}: {self.member(merged)}")
        function = self.module.name("write_page_")
        self.module.define(f"def {function}(nodes, cursors, page):", f"    return {{{', '.join(members)}}}")
        return function

    def member(self, details: Sequence[FieldDetails]) -> str:
        match details[0].node.name.value:
            case "__typename":
                return self.module.bind(self.kind.name, "typename")
            case "edges":
                self.has_rows = True
                return self.edges(details)
            case "nodes":
                self.has_rows = True
                return self.rows(details)
            case "pageInfo":
                return self.page_info(details)
            case "totalCount":
                self.has_total = True
                return "page[4]"
            case other:
                raise Uncovered(other)

    def edges(self, details: Sequence[FieldDetails]) -> str:
        kind = object_of(self.kind.fields["edges"].type)
        members, lists, names = [], [], []
        for name, merged in self.compiler.reading.below(kind, details).items():
            shown_name = self.module.bind(name, "name")
            match merged[0].node.name.value:
                case "__typename":
                    members.append(f"{shown_name}: {self.module.bind(kind.name, 'typename')}")
                    continue
                case "cursor":
                    self.has_cursors = True
                    source, each = "cursors", "cursor"
                case "node":
                    source, each = self.rows(merged), self.module.name("node")
                case other:
                    raise Uncovered(other)
            members.append(f"{shown_name}: {each}")
            if each not in names:
                lists.append(source)
                names.append(each)
        if not lists:
            return f"[{{{', '.join(members)}}} for _ in cursors]"
        if len(lists) == 1:
            return f"[{{{', '.join(members)}}} for {names[0]} in {lists[0]}]"
        return f"[{{{', '.join(members)}}} for {', '.join(names)} in zip({', '.join(lists)})]"

    def page_info(self, details: Sequence[FieldDetails]) -> str:
        kind = object_of(self.kind.fields["pageInfo"].type)
        members = []
        for name, merged in self.compiler.reading.below(kind, details).items():
            said = merged[0].node.name.value
            self.has_ends |= said in ENDS
            self.has_probe |= said in PROBES
            value = self.module.bind(kind.name, "typename") if said == "__typename" else f"page[{PAGE_INFO[said]}]"
            members.append(f"{self.module.bind(name, 'name')}: {value}")
        return f"{{{', '.join(members)}}}"
