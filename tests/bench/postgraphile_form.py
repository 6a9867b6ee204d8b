"""PostGraphile makes its graph of the tables, so the same questions have another form there, and so have the answers.
That nobody sees a course that is not published is said in the question, where the table alone decides nothing.
"""

from typing import Any

from schema.ids import global_id, parse_global_id
from tests.bench.operations import Request, Variables

COURSE = "rowId title slug level duration price currency"

DOCUMENTS = {
    "point": f"query Point($rowId: UUID!) {{ courseByRowId(rowId: $rowId) {{ {COURSE} }} }}",
    "page": """query Page($first: Int!, $before: Datetime!) {
  allCourses(
    first: $first, orderBy: [CREATED_AT_DESC, ROW_ID_DESC],
    filter: {createdAt: {lessThan: $before}, isPublished: {equalTo: true}}
  ) { nodes { rowId title slug level duration price currency } pageInfo { hasNextPage } }
}""",
}


def asked(request: Request) -> Request:
    variables: Variables = request.variables
    if request.operation == "point":
        variables = {"rowId": str(parse_global_id(variables["id"])[1])}
    return Request(request.operation, variables, request.token)


def answered(operation: str, answer: Any) -> Any:
    """The answer in the form of the reference."""
    data = answer["data"]
    if operation == "point":
        return {"data": {"course": course(data["courseByRowId"])}}
    page = data["allCourses"]
    return {"data": {"courses": {**page, "nodes": [course(row) for row in page["nodes"]]}}}


def course(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": global_id("Course", row["rowId"]),
        "title": row["title"],
        "slug": row["slug"],
        "level": row["level"].lower(),
        "duration": row["duration"],
        "price": {"amount": row["price"], "currency": row["currency"]},
    }
