"""Orders and what became of them: items in PostgreSQL, purchases in MongoDB."""

from models import orders as order_models
from models import purchases as purchase_models
from models.orders import NEXT, OrderStatus
from resolvers.loading import Many, One, Pages

Orders = Pages(order_models.Order)
OrderById = One(order_models.Order)
OrderByNumber = One(order_models.Order, "number")
OrdersByUser = Pages(order_models.Order, "user_id")
ItemById = One(order_models.OrderItem)
ItemsByOrder = Many(order_models.OrderItem, "order_id", order=("position",))
PurchasesByOrder = Many(purchase_models.Purchase, "order_id", order=("id",))


def next_statuses(status: str) -> list[OrderStatus]:
    return list(NEXT[OrderStatus(status)])
