"""Parameters as the stripe client sends them, `metadata[order]=1`, taken apart and checked."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from gateway.sandbox.errors import malformed

Parameters = Mapping[str, Any]

PART = re.compile(r"\[([^\]]*)\]")
MOST_METADATA = 50
LONGEST_NAME = 40
LONGEST_VALUE = 500
LARGEST_AMOUNT = 99_999_999
LARGEST_PAGE = 100
OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def parse(text: str) -> dict[str, Any]:
    """Nested parameters: `a[b]=1` is {"a": {"b": "1"}}, and `a[0]=1` and `a[]=1` are {"a": {"0": "1"}}."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        top, *parts = name.partition("[")[0], *PART.findall(name)
        level = found
        for step, following in zip([top, *parts], parts, strict=False):
            inner = level.setdefault(step, {})
            if not isinstance(inner, dict):
                raise malformed(f"Invalid parameter: {step}[{following}]", step, "parameter_invalid_empty")
            level = inner
        level[(parts or [top])[-1] or str(len(level))] = value
    return found


def known(given: Parameters, *names: str) -> None:
    """Raises ApiError where a parameter is none of these."""
    for name in given:
        if name not in names:
            raise malformed(f"Received unknown parameter: {name}", name, "parameter_unknown")


def text(given: Parameters, name: str) -> str | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise malformed(f"Invalid string: {name}", name, "parameter_invalid_empty")
    return value


def required(given: Parameters, name: str) -> str:
    value = text(given, name)
    if value is None:
        raise malformed(f"Missing required param: {name}.", name, "parameter_missing")
    return value


def integer(value: Any, name: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value):
        raise malformed(f"Invalid integer: {value}", name, "parameter_invalid_integer")
    return int(value)


def amount(given: Parameters) -> int:
    """A positive amount in minor units."""
    value = integer(required(given, "amount"), "amount")
    if value < 1:
        raise malformed("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if value > LARGEST_AMOUNT:
        raise malformed(f"Amount must be no more than {LARGEST_AMOUNT}.", "amount", "amount_too_large")
    return value


def currency(given: Parameters) -> str:
    value = required(given, "currency").lower()
    if not re.fullmatch(r"[a-z]{3}", value):
        raise malformed(f"Invalid currency: {value}.", "currency", "invalid_currency")
    return value


def is_true(given: Parameters, name: str) -> bool:
    value = given.get(name, "false")
    if value not in {"true", "false"}:
        raise malformed(f"Invalid boolean: {value}", name, "parameter_invalid_boolean")
    return bool(value == "true")


def metadata(given: Parameters) -> dict[str, str]:
    values = given.get("metadata", {})
    fits = isinstance(values, dict) and len(values) <= MOST_METADATA
    if not fits or any(
        len(name) > LONGEST_NAME or not isinstance(value, str) or len(value) > LONGEST_VALUE
        for name, value in values.items()
    ):
        raise malformed(
            f"Metadata is at most {MOST_METADATA} texts of {LONGEST_VALUE} characters, with names of {LONGEST_NAME}.",
            "metadata",
            "parameter_invalid",
        )
    return dict(values)


def expands(given: Parameters, name: str) -> bool:
    """Whether the answer is wanted with what this property names, instead of its id."""
    wanted = given.get("expand", {})
    if not isinstance(wanted, dict) or set(wanted.values()) - {name}:
        raise malformed(f"This property cannot be expanded; the sandbox expands {name}.", "expand", "parameter_invalid")
    return bool(wanted)


def moments(given: Parameters) -> dict[str, int]:
    """The bounds of `created`, one moment or `gte` and the like, as comparisons."""
    value = given.get("created")
    if value is None:
        return {}
    if not isinstance(value, dict):
        return {"created =": integer(value, "created")}
    known(value, *OPERATORS)
    return {f"created {OPERATORS[name]}": integer(bound, f"created[{name}]") for name, bound in value.items()}


def page_size(given: Parameters) -> int:
    size = integer(given.get("limit", "10"), "limit")
    if not 1 <= size <= LARGEST_PAGE:
        raise malformed(f"limit must be between 1 and {LARGEST_PAGE}.", "limit", "parameter_invalid_integer")
    return size
