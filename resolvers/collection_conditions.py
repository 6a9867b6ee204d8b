"""Conditions as MongoDB's filters.  Every value stands behind an operator that is written here, so none can be one."""

import re
from typing import Any

from resolvers.conditions import Compare, Condition, Every, Matches, Not, Operator, Some

OPERATORS = {
    Operator.EQ: "$eq",
    Operator.GT: "$gt",
    Operator.GTE: "$gte",
    Operator.LT: "$lt",
    Operator.LTE: "$lte",
}


def selector(condition: Condition | None) -> dict[str, Any]:
    match condition:
        case None:
            return {}
        case Compare(column, operator, value):
            return {column: compared(operator, value)}
        case Every(parts):
            return {"$and": [selector(part) for part in parts]} if parts else {}
        case Some(parts):
            return {"$or": [selector(part) for part in parts]} if parts else {"$expr": False}
        case Not(part):
            return {"$nor": [selector(part)]}
        case Matches(words):
            return {"titleWords": {"$all": list(words)}}


def compared(operator: Operator, value: Any) -> dict[str, Any]:
    match operator:
        case Operator.IN:
            return {"$in": list(value)}
        case Operator.CONTAINS:
            return {"$regex": re.escape(value)}
        case Operator.STARTS_WITH:
            return {"$regex": f"^{re.escape(value)}"}
        case _:
            return {OPERATORS[operator]: value}
