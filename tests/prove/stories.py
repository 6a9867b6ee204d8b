"""What may happen to money when nobody is killed: who asks for what, how the provider acts, and how it ends."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.prove.buyers import Buyer, buyer
from tests.prove.service import Service
from tests.prove.stage import Stage


@dataclass(frozen=True, eq=False)
class Story(ABC):
    """`ends` is the type of the final answer; `faults`, what the provider is told before anything is asked."""

    name: str
    ends: str
    faults: tuple[Mapping[str, Any], ...] = ()

    @property
    def comes_alone(self) -> bool:
        """It comes to its end though nobody asks for it any more."""
        return True

    async def begin(self, stage: Stage) -> Buyer:
        """What was there before; nobody is killed over it."""
        return await buyer(stage.world, stage.author)

    @abstractmethod
    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        """The final answer, the same to everybody who asks."""

    @abstractmethod
    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        """That the provider and the books say what the client was told."""
