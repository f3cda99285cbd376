"""An order whose answer was lost is looked up on the local exchange, and never sent twice."""

import pytest

from tests.venues.coinbase.approved import approved, entry_of, intent
from tests.venues.simulated.serving import START_NS, Client, serve
from traider.domain.orders import OrderType
from traider.ops.clock import SystemClock
from traider.venues.coinbase.account_reads import AccountReads
from traider.venues.coinbase.order_entry import Accepted, Unknown
from traider.venues.coinbase.rest_messages import Order
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey

ORDER = approved(intent(OrderType.LIMIT, size="0.01", price="1000"), "mine")
BEHIND = 120
"""Orders placed later: a page has 100."""


@pytest.mark.parametrize(
    ("fault", "is_there"),
    [
        ({"kind": "answer_lost"}, True),
        ({"kind": "answer_lost", "status": 504}, True),
        ({"kind": "rate_limited"}, False),
        ({"kind": "server_error", "status": 502}, False),
    ],
)
def test_a_lookup_settles_what_an_answer_left_open(
    fault: dict[str, str | int], *, is_there: bool
) -> None:
    async def scenario(client: Client) -> tuple[Order | None, int]:
        key = ApiKey.read(client.signer.name, client.signer.pem)
        rest = RestTerms(base_url=client.server.url(""), private_per_second=1e6, timeout_s=2.0)
        async with RestSession(SystemClock(), key, rest) as session:
            entry, reads = entry_of(session), AccountReads(session)
            await client.admin("POST", "/faults", {**fault, "method": "POST", "path": "/orders"})
            assert isinstance(await entry.place([ORDER]), Unknown)
            for _ in range(BEHIND if is_there else 0):
                await client.order("limit_limit_gtc", base_size="0.01", limit_price="900")
            found = await reads.find("mine", "BTC-USD", START_NS - 1)
            assert await reads.find("mine", "ETH-USD", START_NS - 1) is None
            assert await reads.find("mine", "BTC-USD", START_NS + 10**12) is None
            if found is None:
                again = await entry.place([ORDER])
                assert isinstance(again, Accepted)
            mine = [each for each in await reads.orders() if each.client_order_id == "mine"]
            return found, len(mine)

    found, count = serve(scenario)
    assert ((found.status if found else None), count) == ("OPEN" if is_there else None, 1)
