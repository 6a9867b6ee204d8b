"""The root of all reads."""

from typing import TYPE_CHECKING

from resolvers import orders
from schema.connections import Connection, connection
from schema.entities import root
from schema.nodes import Node, node_by_id, nodes_by_id
from schema.visibility import ADMIN, ANALYST

if TYPE_CHECKING:
    from schema.orders import Order


@root("Everything that can be read.")
class Query:
    node: Node | None = node_by_id(
        description="The object with this id; null where there is none that the viewer may see."
    )
    nodes: list[Node | None] = nodes_by_id(description="The objects with these ids, in their order, null as in `node`.")
    orders: "Connection[Order] | None" = connection(
        orders.Orders, description="All orders, newest first.", visible=[ANALYST, ADMIN]
    )
