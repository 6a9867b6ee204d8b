"""A process that is killed at a point, over and over, and what is asked of others until there is one final answer."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.prove.service import Fate
from tests.prove.stage import Stage
from tests.prove.stories import Story


@dataclass(frozen=True)
class Case:
    """A story, and what becomes of the processes that it meets, one after the other; the last one lives.

    `is_left` says that whoever asked never comes back: what was begun is brought to its end by nobody but recovery.
    """

    story: Story
    fates: tuple[Fate, ...] = ()
    is_left: bool = False

    def __str__(self) -> str:
        fates = [f"{fate.point}{f' after {fate.passes}' if fate.passes else ''}" for fate in self.fates]
        left = ", and left alone" if self.is_left else ""
        return f"{self.story.name}, killed at {', then '.join(fates) or 'no point'}{left}"


@dataclass(frozen=True)
class Proved:
    """What was seen: the answer, how long it took from the last death to rest, and the points passed meanwhile."""

    answer: str
    seconds: float
    passed: Sequence[str]


class Prover:
    """Runs cases on one stage, each with people of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def traced(self, story: Story) -> Sequence[str]:
        """The points that a story passes, in their order, each as often as it is passed."""
        return (await self.run(Case(story))).passed

    async def run(self, case: Case) -> Proved:
        """Raises AssertionError where anything is not as it must be."""
        stage, story, sandbox = self.stage, case.story, self.stage.world.sandbox
        who = await story.begin(stage)
        sandbox.begin_anew()
        for fault in story.faults:
            sandbox.order(**fault)
        try:
            for fate in case.fates:
                async with stage.service(fate=fate) as service:
                    await service.meets_its_fate(story.told(stage, service, who))
            if stage.is_hasty:
                await stage.let_claims_end()
            heard = stage.folder / f"heard-{random.getrandbits(64):x}"
            began = time.monotonic()
            async with stage.service(heard) as service:
                if case.is_left:
                    await stage.rest()
                answer = await story.told(stage, service, who)
                await stage.rest()
            seconds = time.monotonic() - began
        finally:
            sandbox.forget_faults()
        assert answer == story.ends, f"it ended as {answer}"
        await story.check(stage, who, answer)
        await stage.check(case)
        return Proved(answer, seconds, passed(heard))


def passed(heard: Path) -> Sequence[str]:
    names = heard.read_text().split() if heard.exists() else []
    heard.unlink(missing_ok=True)
    return names
