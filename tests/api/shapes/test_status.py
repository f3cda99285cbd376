"""The shape of a status has every field of what the trader says, and no other."""

import msgspec
import pytest

from traider.api.shapes import status as shapes
from traider.api.shapes.shape import Shape
from traider.runtime import status_body as bodies


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (bodies.PositionBody, shapes.PositionNow),
        (bodies.OrderBody, shapes.OrderNow),
        (bodies.BreakerBody, shapes.OpenBreaker),
        (bodies.HealthBody, shapes.Health),
        (bodies.LatencyBody, shapes.Latency),
        (bodies.CountsBody, shapes.Counts),
        (bodies.ParityBody, shapes.Parity),
        (bodies.RestartBody, shapes.Restart),
        (bodies.AlertBody, shapes.SentAlert),
        (bodies.StandbyBody, shapes.Standby),
        (bodies.StatusBody, shapes.TraderStatus),
    ],
)
def test_fields_are_those_that_the_trader_says(
    body: type[msgspec.Struct], shape: type[Shape]
) -> None:
    said = {each.name for each in msgspec.structs.fields(body)}
    added = {"liveness", "age_s"} if shape is shapes.TraderStatus else set()
    assert set(shape.model_fields) - added == said
