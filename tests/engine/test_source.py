"""No text of a client's reaches generated code: names and values are bound, and what is written is ours."""

import ast
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.engine.module import Module
from gateway.engine.program import Program
from models.identity import Role
from resolvers.viewer import Viewer
from schema.build import build
from schema.ids import global_id
from tests.engine.cases import Case, Round
from tests.engine.executors import Executors
from tests.world import World

HOSTILE = r'''
query __import__($__class__: String = "\"); raise SystemExit(1) #", $os: Int, $lambda: Boolean = true, $row: ID!) {
  __class__: me { __init__: username, run: id, None: email, rows: name, exec: __typename }
  import: courses(first: $os, search: $__class__) {
    eval: edges { cursor def: node { row: title, return: slug, await: id @include(if: $lambda),
      True: createdBy { found: username } } }
    gather: pageInfo { written: endCursor }
  }
  yield: courses(first: 2, where: {title: {contains: "'\"\\\n'"}}) { nodes { self: title } }
  async: courses(first: 2, where: {title: {in: ["x\"]; import os; [\"", "Course 2", "\u2028 😀"]}}) { totalCount }
  def: courses(search: """
    block \""" text
    ) + __import__("os").system("true")
  """) { nodes { title } }
  lambda: node(id: $row) { ...os ... on Course { title } }
  loader: catalog(first: 3, orderBy: {field: TITLE}, category: "{row['x']}") { nodes { ...item } totalCount }
}
fragment os on Node { id keys: id }
fragment item on Purchasable { place: title value1: price { name1: amount } ... on Course { columns: slug } }
'''
FAR = '{ a%d: courses(first: %d, search: "needle%d") { b%d: nodes { c%d: title } } }'
ROW = global_id("User", UUID(int=1))
OURS = re.compile(r"[A-Za-z_]+_?\d*")


class Tame(Visitor):
    """Says the same of an operation in harmless words: aliases, names of variables, operations and fragments, texts."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, str] = {}

    def word(self, text: str) -> str:
        return self.words.setdefault(text, f"word{len(self.words)}")

    def enter_name(self, node: NameNode, key: str, parent: Node, *_: Any) -> NameNode | None:
        is_own = isinstance(
            parent, VariableNode | FragmentDefinitionNode | FragmentSpreadNode | OperationDefinitionNode
        )
        if key == "alias" or is_own:
            return NameNode(value=self.word(node.value))
        return None

    def enter_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:
        return StringValueNode(value=self.word(node.value))


def programs(executors: Executors) -> Iterator[Program]:
    """Everything that was compiled, the programs of nodes included."""
    for operation in executors.engine.operations._known.values():
        for program in getattr(operation, "programs", {}).values():
            yield program
            for value in program.function.__globals__.values():
                yield from getattr(value, "programs", {}).values()


async def asked(world: World, query: str, variables: dict[str, Any]) -> Executors:
    admin = await world.person(Role.ADMIN)
    course = await world.course(admin, title="Typing")
    await world.product()
    await world.order(admin, course)
    executors = Executors(build(), world.handles, {"admin": Viewer(admin.id, Role.ADMIN)})

    difference = await executors.compare(Case("by hand", query, None, (Round("admin", variables),), is_odd=False))

    assert difference is None, str(difference)
    return executors


@pytest.mark.parametrize(
    "variables",
    [{"os": 2, "__class__": "Course"}, {"os": 2}, {"__class__": "'''\"\\\n\u2028 😀 $row {row}", "lambda": False}],
)
async def test_nothing_that_an_operation_says_is_in_its_source(world: World, variables: dict[str, Any]) -> None:
    executors = await asked(world, HOSTILE, {"row": ROW, **variables})

    found = list(programs(executors))
    assert len(found) > 1
    for program in found:
        tree = list(ast.walk(ast.parse(program.source)))
        assert program.source.isascii()
        assert all(OURS.fullmatch(node.id) for node in tree if isinstance(node, ast.Name))
        texts = [node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        assert texts == [], "Texts are bound, and not written."


async def test_the_source_is_that_of_the_same_operation_in_harmless_words(world: World) -> None:
    tame = Tame()
    harmless = print_ast(visit(parse(HOSTILE), tame))
    sources = []
    for query, variables in ((HOSTILE, {"os": 2}), (harmless, {tame.words["os"]: 2})):
        row = {tame.words["row"] if query == harmless else "row": ROW}
        executors = await asked(world, query, variables | row)
        assert executors.outcomes == {"compiled": 1}
        sources.append([program.source for program in programs(executors)])

    assert sources[0] == sources[1]
    assert not re.search("__class__|SystemExit|import", harmless)


async def test_names_and_values_change_nothing_in_the_source(world: World) -> None:
    sources = set()
    for number in (1, 2, 77):
        executors = await asked(world, FAR.replace("%d", str(number)), {})
        (program,) = programs(executors)
        sources.add(program.source)

    assert len(sources) == 1


def test_equal_values_of_different_types_are_bound_apart() -> None:
    module = Module()

    names = {module.bind(value, "value") for value in (1, True, 1.0, "1")}

    assert len(names) == 4


def test_what_is_bound_is_not_a_name_that_the_source_uses() -> None:
    module = Module()

    first, second = module.bind("__class__", "name"), module.name("name")

    assert first != second
    assert module.namespace[first] == "__class__"
