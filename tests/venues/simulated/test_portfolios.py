"""Fee tiers follow the volume of thirty days, on the hour; orders keep their first rates."""

from tests.venues.simulated.making import PRODUCT, START_NS, accepted, empty_exchange
from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.fees import FEE_TIERS, tier_at, tier_end
from traider.venues.simulated.portfolios import HOUR_NS, MONTH_NS


def test_tiers_begin_at_their_volume() -> None:
    assert tier_at(0).name == "Intro 1"
    assert tier_at(10_000 * ONE - 1).name == "Intro 1"
    assert tier_at(10_000 * ONE).name == "Intro 2"
    assert (tier_end(FEE_TIERS[0]), tier_end(FEE_TIERS[-1])) == (10_000, None)


def test_volume_brings_a_better_tier_on_the_hour_and_is_forgotten_after_a_month() -> None:
    exchange = empty_exchange()
    crowd, account = exchange.crowds[PRODUCT], exchange.portfolio
    crowd.limit(-1, 50_000, 10_000)
    crowd.limit(1, 40_000, 10_000)
    resting = accepted(exchange, "limit_limit_gtc", base_size="0.100", limit_price="45000")
    bought = accepted(exchange, "market_market_ioc", base_size="0.500")
    assert bought.fee_units == 25_000 * ONE * 12 // 1000
    assert account.volume_units(exchange.desk.now_ns) == 25_000 * ONE
    assert account.tier(exchange.desk.now_ns).name == "Intro 1"
    exchange.desk.now_ns = START_NS + HOUR_NS
    assert account.tier(exchange.desk.now_ns).name == "Advanced 1"
    crowd.print_trade(1, 45_000, 100)
    assert resting.fills[0].is_maker
    assert resting.fee_units == 4_500 * ONE * 6 // 1000
    later = accepted(exchange, "market_market_ioc", base_size="0.100")
    assert later.fee_units == 5_000 * ONE * 5 // 1000
    exchange.desk.now_ns = START_NS + 2 * MONTH_NS
    assert account.tier(exchange.desk.now_ns).name == "Intro 1"
