"""Why an order, an edit or a cancel is refused: expected outcomes, so values and not errors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason in the venue's words; ``preview`` is the same for a preview."""

    reason: str
    preview: str = ""
    message: str = ""

    @property
    def preview_reason(self) -> str:
        """The reason as a preview names it."""
        return self.preview or f"PREVIEW_{self.reason}"


UNSUPPORTED = Refusal("UNSUPPORTED_ORDER_CONFIGURATION", message="unsupported order configuration")
INVALID_SIDE = Refusal("INVALID_SIDE", "PREVIEW_INVALID_SIDE")
INVALID_PRODUCT = Refusal("INVALID_PRODUCT_ID", "PREVIEW_INVALID_PRODUCT_ID", "unknown product")
SIZE_PRECISION = Refusal(
    "INVALID_SIZE_PRECISION", "PREVIEW_INVALID_SIZE_PRECISION", "size is off the increment"
)
PRICE_PRECISION = Refusal(
    "INVALID_PRICE_PRECISION", "PREVIEW_INVALID_PRICE_PRECISION", "price is off the increment"
)
LIMIT_PRICE = Refusal("INVALID_LIMIT_PRICE", message="limit price must be above zero")
BASE_TOO_SMALL = Refusal("INVALID_REQUEST", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL", "size too small")
BASE_TOO_LARGE = Refusal("INVALID_REQUEST", "PREVIEW_INVALID_BASE_SIZE_TOO_LARGE", "size too large")
QUOTE_TOO_SMALL = Refusal(
    "INVALID_REQUEST", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL", "amount too small"
)
QUOTE_TOO_LARGE = Refusal(
    "INVALID_REQUEST", "PREVIEW_INVALID_QUOTE_SIZE_TOO_LARGE", "amount too large"
)
NO_FUNDS = Refusal(
    "INSUFFICIENT_FUND", "PREVIEW_INSUFFICIENT_FUND", "Insufficient balance in source account"
)
POST_ONLY_CROSSES = Refusal("INVALID_LIMIT_PRICE_POST_ONLY", message="post only order would cross")
NO_LIQUIDITY = Refusal("INVALID_NO_LIQUIDITY", message="no liquidity")
ENTRY_DISABLED = Refusal("ORDER_ENTRY_DISABLED", message="order entry is disabled")
STOP_ABOVE_LAST = Refusal(
    "INVALID_REQUEST", "PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE", "stop price above last trade"
)
STOP_BELOW_LAST = Refusal(
    "INVALID_REQUEST", "PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE", "stop price below last trade"
)
BRACKET_PRICES = Refusal("INVALID_BRACKET_PRICES", message="stop and limit on the wrong sides")
END_TIME = Refusal("INVALID_REQUEST", "PREVIEW_INVALID_END_TIME", "end time is in the past")
BAD_REQUEST = Refusal("INVALID_REQUEST", "PREVIEW_INVALID_REQUEST", "a field cannot be read")
POST_ONLY_FOK = Refusal("POST_ONLY_NOT_ALLOWED_WITH_FOK", message="post only with fill or kill")
