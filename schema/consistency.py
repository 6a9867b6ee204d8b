"""Whether both books hold what they promise, as the last background check found it."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

import strawberry

from models import consistency as consistency_models
from schema.entities import entity
from schema.fields import column, computed
from schema.nodes import Node
from schema.visibility import ADMIN


@strawberry.type(description="An invariant that does not hold.")
class ConsistencyViolation:
    invariant: str = strawberry.field(description="The name of the invariant, as `gateway verify --only` takes it.")
    says: str = strawberry.field(description="What should hold.")
    count: int = strawberry.field(description="How many ids break it, as far as was counted.")
    is_more: bool = strawberry.field(description="Whether there may be more than were counted.")
    ids: list[str] = strawberry.field(description="The first ids that break it, as the databases have them.")


@strawberry.type(description="An invariant that could not be looked at.")
class SkippedCheck:
    invariant: str = strawberry.field(description="The name of the invariant.")
    reason: str = strawberry.field(description="Why it could not be looked at.")


@lru_cache(maxsize=16)
def read(stored: str) -> list[dict[str, Any]]:
    # asyncpg gives JSON as text.
    found: list[dict[str, Any]] = json.loads(stored)
    return found


def violations(stored: str) -> list[ConsistencyViolation]:
    return [
        ConsistencyViolation(
            invariant=each["invariant"],
            says=each["says"],
            count=each["count"],
            is_more=each["isMore"],
            ids=each["ids"],
        )
        for each in read(stored)
    ]


def skipped(stored: str) -> list[SkippedCheck]:
    return [SkippedCheck(invariant=each["invariant"], reason=each["reason"]) for each in read(stored)]


def is_consistent(stored: str) -> bool:
    return not read(stored)


@entity(
    consistency_models.ConsistencyReport,
    description="What one background check of both databases came to.",
    visible=[ADMIN],
)
class ConsistencyReport(Node):
    started_at: datetime = column(description="When the check began.")
    finished_at: datetime = column(description="When the check ended.")
    checked: int = column(description="How many invariants were looked at.")
    is_consistent: bool = computed(
        is_consistent, needs=("violations",), description="Whether all that was looked at holds."
    )
    violations: list[ConsistencyViolation] = computed(
        violations, needs=("violations",), usual_size=5, description="The invariants that do not hold."
    )
    skipped: list[SkippedCheck] = computed(
        skipped, needs=("skipped",), usual_size=2, description="The invariants that could not be looked at."
    )
