"""Which function plans which kind of declaration.  A kind that none plans is not compiled."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from gateway.engine.scopes import Member, Scope, Value
from gateway.engine.surprises import Uncovered
from schema.declarations import Declaration

if TYPE_CHECKING:
    from gateway.engine.compiler import Compiler

D = TypeVar("D", bound=Declaration)

Plan: TypeAlias = Callable[[Scope, Member, D], Value]
"""Plans a field of a row: what makes its value, out of columns and of what steps have fetched."""
RootPlan: TypeAlias = Callable[["Compiler", Member, D], str]
"""Plans a field of the root: writes the function that answers it, and returns its name."""

PLANS: dict[type[Declaration], Plan[Any]] = {}
ROOT_PLANS: dict[type[Declaration], RootPlan[Any]] = {}


def plans(kind: type[D]) -> Callable[[Plan[D]], Plan[D]]:
    """Says that a function plans the fields of rows that are declared so."""

    def registered(plan: Plan[D]) -> Plan[D]:
        PLANS[kind] = plan
        return plan

    return registered


def plans_root(kind: type[D]) -> Callable[[RootPlan[D]], RootPlan[D]]:
    """Says that a function plans the fields of the root that are declared so."""

    def registered(plan: RootPlan[D]) -> RootPlan[D]:
        ROOT_PLANS[kind] = plan
        return plan

    return registered


def planned(scope: Scope, member: Member) -> Value:
    """Raises Uncovered."""
    declaration = member.field.declaration
    plan = PLANS.get(type(declaration))
    if plan is None:
        raise Uncovered(type(declaration).__name__)
    return plan(scope, member, declaration)


def planned_root(compiler: "Compiler", member: Member) -> str:
    """Raises Uncovered."""
    declaration = member.field.declaration
    plan = ROOT_PLANS.get(type(declaration))
    if plan is None:
        raise Uncovered(type(declaration).__name__)
    return plan(compiler, member, declaration)
