"""The words that validators are written in.  Old migrations use them, so none may change; new ones may be added."""

from typing import Any

Shape = dict[str, Any]

ID: Shape = {"bsonType": ["binData"]}
DATE: Shape = {"bsonType": ["date"]}
STRING: Shape = {"bsonType": ["string"]}
FLAG: Shape = {"bsonType": ["bool"]}
INTEGER: Shape = {"bsonType": ["int", "long"]}
COUNT: Shape = {"bsonType": ["int", "long"], "minimum": 0}
POSITIVE: Shape = {"bsonType": ["int", "long"], "minimum": 1}
NUMBER: Shape = {"bsonType": ["double", "int", "long"]}
MEASURE: Shape = {"bsonType": ["double", "int", "long"], "minimum": 0}
PERCENT: Shape = {**MEASURE, "maximum": 100}
MONEY: Shape = {"bsonType": ["decimal"], "minimum": 0}
CURRENCY: Shape = {"bsonType": ["string"], "pattern": "^[A-Z]{3}$"}


def one_of(*values: str) -> Shape:
    return {"enum": list(values)}


def many(shape: Shape) -> Shape:
    return {"bsonType": ["array"], "items": shape}


def map_of(shape: Shape) -> Shape:
    return {"bsonType": ["object"], "additionalProperties": shape}


def fields(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    """An object that has all of `required`, may have `optional` (also as null), and has nothing else."""
    return {
        "bsonType": ["object"],
        "required": list(required),
        "properties": {**required, **{name: _or_null(shape) for name, shape in (optional or {}).items()}},
        "additionalProperties": False,
    }


def validator(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    return {"$jsonSchema": fields({"_id": ID, **required}, optional)}


def _or_null(shape: Shape) -> Shape:
    if "enum" in shape:
        return {"enum": [*shape["enum"], None]}
    return {**shape, "bsonType": [*shape["bsonType"], "null"]}
