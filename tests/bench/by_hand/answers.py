"""From the body of a request to the body of its answer, for both hand-written endpoints."""

import orjson

from tests.bench.by_hand.items import catalog, page, point
from tests.bench.by_hand.orders import joined, mine
from tests.bench.by_hand.stores import Stores

HANDLERS = {"Point": point, "Page": page, "Joined": joined, "Catalog": catalog, "Mine": mine}
BEARER = "Bearer "
UNKNOWN = (401, b'{"errors":[{"message":"Sign in."}]}')


async def answered(stores: Stores, authorization: str, body: bytes) -> tuple[int, bytes]:
    """The status and the body.  The operation is found by its name, and its text is not looked at."""
    viewer = await stores.viewer(authorization.removeprefix(BEARER))
    if viewer is None:
        return UNKNOWN
    asked = orjson.loads(body)
    data = await HANDLERS[asked["operationName"]](stores, viewer, asked["variables"])
    return 200, orjson.dumps({"data": data})
