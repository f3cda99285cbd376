"""What is sent to place one order at Coinbase."""

from dataclasses import dataclass

from traider.venues.coinbase.order_configurations import (
    AttachedBracket,
    OrderConfiguration,
    Wire,
)


@dataclass(frozen=True)
class PlaceRequest:
    """An order to place."""

    client_order_id: str
    product_id: str
    is_buy: bool
    configuration: OrderConfiguration
    attached: AttachedBracket | None = None

    @property
    def side(self) -> str:
        """The venue's word for the side."""
        return "BUY" if self.is_buy else "SELL"

    def wire(self) -> dict[str, str | Wire]:
        """Return the body of the request."""
        body: dict[str, str | Wire] = {
            "client_order_id": self.client_order_id,
            "product_id": self.product_id,
            "side": self.side,
            "order_configuration": self.configuration.wire(),
        }
        if self.attached is not None:
            body["attached_order_configuration"] = self.attached.wire()
        return body
