"""What is checked: a batch feature with its parameters, loaded afresh for each evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from traider.features.batch import BarHistory, BatchFeature, Floats, Parameters

Values = dict[str, Floats]
"""Values by instrument, one a bar."""


@dataclass(frozen=True)
class Subject:
    """A batch feature under check.

    ``load`` runs its file again, so that nothing a module remembers of the future survives from
    one evaluation to the next.
    """

    name: str
    load: Callable[[], BatchFeature]
    params: Parameters

    def sees_universe(self) -> bool:
        """Whether it gets the bars of every instrument at once.

        Raises:
            StrategyError: the file fails.
        """
        return self.load().universe

    def values(self, histories: Sequence[BarHistory]) -> Values:
        """Return the values on ``histories``.

        Raises:
            StrategyError: the file or the function fails.
        """
        feature = self.load()
        by_name: Mapping[str, BarHistory] = {bars.instrument: bars for bars in histories}
        return feature.values(by_name, feature.with_params(self.params))
