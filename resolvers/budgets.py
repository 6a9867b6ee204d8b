"""What the filters of one operation may cost together, so that many small ones are no way around the bound of one."""

from dataclasses import dataclass

from resolvers.refusals import BadFilter

MOST_COMPARISONS = 50
MOST_PARTS = 100
MOST_COMPARED = 500


@dataclass(slots=True)
class FilterBudget:
    """How many comparisons the filters of an operation may still have, how many parts in `and`, `or` and `not`, and
    how many values in the lists of `in`.  A search is one comparison.
    """

    comparisons: int = MOST_COMPARISONS
    parts: int = MOST_PARTS
    values: int = MOST_COMPARED

    def spend(self, *, comparisons: int = 0, parts: int = 0, values: int = 0) -> None:
        """Raises BadFilter when there is not as much left."""
        self.comparisons -= comparisons
        self.parts -= parts
        self.values -= values
        if self.comparisons < 0:
            raise BadFilter(f"The filters of an operation have at most {MOST_COMPARISONS} comparisons together.")
        if self.parts < 0:
            raise BadFilter(
                f"The filters of an operation have at most {MOST_PARTS} parts in 'and', 'or' and 'not' together."
            )
        if self.values < 0:
            raise BadFilter(f"The filters of an operation have at most {MOST_COMPARED} values in 'in' together.")
