"""The part of the proof that kills: every point that each story passes, at each passing; some cases kill twice, and of
some the client never comes back.
"""

import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from tests.prove.kills import Case, Proved, Prover
from tests.prove.points import points
from tests.prove.report import Report, say
from tests.prove.scenarios import SCENARIOS
from tests.prove.service import Fate, Unreached
from tests.prove.stage import Stage
from tests.prove.stories import Story

TWICE = 0.15
LEFT = 0.15
TRIES = 3


async def prove(
    stage: Stage, draw: random.Random, until: float, *, most: int | None = None, point: str | None = None
) -> Report:
    prover, report = Prover(stage), Report("kills")
    passed = {story: await traced(prover, story, report) for story in SCENARIOS}
    cases = drawn(draw, passed, point)
    reached: Counter[str] = Counter()
    is_whole = most is None and point is None
    for case in cases[:most]:
        if time.monotonic() > until:
            report.note(f"the time ended with {len(cases) - report.cases} cases not run")
            is_whole = False
            break
        proved = await tried(prover, case, report, reached)
        for further in more(draw, case, proved) if proved else ():
            await tried(prover, further, report, reached)
    for name in sorted(points()):
        say(f"  {name:28} {reached[name]:4} kills")
    unmet = points() - {name for names in passed.values() for name in names}
    if unmet:
        report.fail(f"points that no story passes: {', '.join(sorted(unmet))}")
    if unkilled := points() - unmet - set(reached):
        (report.fail if is_whole else report.note)(f"points where nothing was killed: {', '.join(sorted(unkilled))}")
    return report


async def traced(prover: Prover, story: Story, report: Report) -> Sequence[str]:
    with report.trying(f"{story.name}, killed nowhere"):
        names = await prover.traced(story)
        say(f"  {story.name:34} passes {len(names):3} points, {len(set(names)):2} different")
        return names
    return ()


def drawn(draw: random.Random, passed: Mapping[Story, Sequence[str]], point: str | None) -> Sequence[Case]:
    """In an order by which few of them kill at every point."""
    cases = [
        Case(story, (Fate(name, names[:place].count(name)),))
        for story, names in passed.items()
        for place, name in enumerate(names)
        if point in {None, name}
    ]
    draw.shuffle(cases)
    return [*spread(cases)]


def spread(cases: Iterable[Case]) -> Iterable[Case]:
    by_point = sorted(cases, key=lambda case: case.fates[0].point)
    groups = [
        [*sorted(group, key=lambda case: case.fates[0].passes)]
        for _, group in groupby(by_point, lambda c: c.fates[0].point)
    ]
    while groups:
        yield from (group.pop(0) for group in groups)
        groups = [group for group in groups if group]


def more(draw: random.Random, case: Case, proved: Proved) -> Iterable[Case]:
    """The same once more, killed again where the recovery of the first death passed, or left alone by who asked."""
    if proved.passed and draw.random() < TWICE:
        yield Case(case.story, (*case.fates, Fate(draw.choice(sorted(set(proved.passed))))))
    if case.story.comes_alone and draw.random() < LEFT:
        yield Case(case.story, case.fates, is_left=True)


async def tried(prover: Prover, case: Case, report: Report, reached: Counter[str]) -> Proved | None:
    report.cases += 1
    began = time.monotonic()
    with report.trying(case):
        proved = await reaching(prover, case)
        if proved is None:
            report.note(f"{case}: not reached this time")
            return None
        reached.update(fate.point for fate in case.fates)
        report.times.append(proved.seconds)
        say(f"  {report.cases:4} {time.monotonic() - began:5.1f} s  {case}: {proved.answer}")
        return proved
    return None


async def reaching(prover: Prover, case: Case) -> Proved | None:
    """Which process does what differs from run to run: what was not reached is tried again.  Raises Unreached, unless
    it was passed in one run only or would have been the second death.
    """
    for left in reversed(range(TRIES)):
        try:
            return await prover.run(case)
        except Unreached:
            if not left and len(case.fates) == 1 and not case.fates[0].passes:
                raise
    return None
