"""Birth data and the charts that were computed: how they are found.  Computing them is not here yet."""

from models import charts as chart_models
from resolvers.loading import One, Pages

NatalDataByUser = One(chart_models.NatalData, "user_id")
ChartsByUser = Pages(chart_models.ChartCache, "user_id")
