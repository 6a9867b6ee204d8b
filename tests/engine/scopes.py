"""Which response names a selection set has used, so that fields of one name can always be merged."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Used:
    """What a response name stands for, and what is selected below it."""

    said: str
    arguments: str
    kind: str
    below: "Names"

    def is_same(self, other: "Used") -> bool:
        return (self.said, self.arguments, self.kind) == (other.said, other.arguments, other.kind)


@dataclass(slots=True)
class Names:
    """The response names of a selection set, with those of the sets below."""

    used: dict[str, Used] = field(default_factory=dict)

    def fits(self, other: "Names") -> bool:
        """Whether everything in another set may stand in this one too."""
        return all(
            name not in self.used or (self.used[name].is_same(each) and self.used[name].below.fits(each.below))
            for name, each in other.used.items()
        )

    def take_over(self, other: "Names") -> None:
        for name, each in other.used.items():
            if name not in self.used:
                self.used[name] = Used(each.said, each.arguments, each.kind, Names())
            self.used[name].below.take_over(each.below)
