"""All stories that processes are killed over."""

from tests.prove.decisions import DECISIONS
from tests.prove.purchases import PURCHASES
from tests.prove.refunds import REFUNDS
from tests.prove.stories import Story

SCENARIOS: tuple[Story, ...] = (*PURCHASES, *REFUNDS, *DECISIONS)
BY_NAME = {story.name: story for story in SCENARIOS}
