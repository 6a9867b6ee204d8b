"""Charts that people looked at: computed as the graph computes them, under the keys by which it finds them."""

from datetime import datetime

from gateway.seeding.people import Person
from gateway.seeding.world import World
from models.charts import ChartCache, ChartType
from resolvers.astrology import Birth
from resolvers.chart_cache import LIFETIMES, Inputs
from resolvers.charts import Asked


def look_at_chart(world: World, person: Person, birth: Birth, kind: ChartType, at: datetime) -> None:
    """Of birth alone.  It takes a hundredth of a second, so only the few people of the demo do it."""
    inputs = Inputs(Asked(person.id, kind), birth, None)
    world.batch.row(
        ChartCache,
        id=world.draw.id(at),
        user_id=person.id,
        chart_type=kind,
        input_key=inputs.key,
        chart_data=inputs.compute().model_dump(mode="json"),
        created_at=at,
        expires_at=at + LIFETIMES[kind],
    )
