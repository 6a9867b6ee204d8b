"""Orders and what became of them: items in PostgreSQL, purchases in MongoDB."""

from models import orders as order_models
from models import purchases as purchase_models
from resolvers.loading import Many, Pages

Orders = Pages(order_models.Order)
ItemsByOrder = Many(order_models.OrderItem, "order_id", order=("position",))
PurchasesByOrder = Many(purchase_models.Purchase, "order_id", order=("id",))
