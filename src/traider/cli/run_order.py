"""From the options of ``traider run`` to a session, or to what stands against it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from traider.cli.settings_in_force import settings_of_run
from traider.domain.errors import UsageError
from traider.runtime.config import Config, load_config, load_with_origins
from traider.runtime.demo_exchange import products_of
from traider.runtime.run_request import RunRequest, check_same
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunPaths, read_manifest
from traider.runtime.status_body import Mode

_CHECKOUT: Final = Path(__file__).resolve().parents[3]
DEMO_CONFIG: Final = Path("examples/demo.toml")
DEMO_STATE: Final = Path("runs/demo")
DEMO_SPEED: Final = 20.0
LIVE_VENUES: Final = ("coinbase",)
"""Where orders can go."""


@dataclass(frozen=True)
class RunArguments:
    """The options, as they were given."""

    demo: bool
    venue: str
    products: tuple[str, ...]
    exchange: str
    live: bool
    state: Path | None
    seconds: float
    speed: float | None
    config_file: Path | None
    overrides: tuple[str, ...]
    as_json: bool
    gateway: str = "here"
    paper: Path = Path("runs/paper-coinbase")
    shadow: bool = False
    remote_exchange: bool = False
    """Whether the exchange may be on another machine."""
    is_trader: bool = False
    """Whether a trader alone was asked for: its market comes over the bus if one is named."""


def session_order(said: RunArguments) -> SessionOrder:
    """Return what is asked for.

    Raises:
        UsageError: the options contradict each other, or the run of the folder was begun with
            something else.
        ConfigError: the settings are wrong.
        DataError: what the run was begun with cannot be read.
    """
    order = _live_order(said) if said.live else _tried_order(said)
    kept = read_manifest(order.folder)
    if kept is not None:
        # Before anything is started: a session would refuse it too, beside an exchange of its own.
        check_same(order.folder, kept.request(order.request.config), order.request)
    return order


def _tried_order(said: RunArguments) -> SessionOrder:
    """Return what is asked for without real money.

    Raises:
        UsageError: the options contradict each other.
        ConfigError: the settings are wrong.
    """
    chosen = [name for name in ("demo", "venue", "exchange") if getattr(said, name)]
    if len(chosen) > 1:
        raise UsageError(
            f"--{chosen[0]} and --{chosen[1]} are two things to trade on", fix="leave one out"
        )
    if not chosen:
        said = _as_begun(said)
    mode = _mode(said)
    config_file = config_file_of(said, mode)
    venue = said.venue.lower() or "coinbase"
    folder = said.state or (
        DEMO_STATE if mode is Mode.DEMO else Path("runs") / f"{mode.value}-{venue}"
    )
    if said.venue:
        said = replace(said, overrides=_in_their_currency(said, config_file, folder))
    found = settings_of_run(config_file, said.overrides)
    config, products = found.config, said.products
    if mode is Mode.DEMO and not said.exchange:
        products = products_of(config.data.files)
        if said.products:
            raise UsageError(
                "the demo trades what its bars are of",
                where="--product",
                fix="leave it out, or name other bars in data.files",
            )
    elif not products:
        raise UsageError("nothing to trade", where="--product", fix="name one: BTC-USD")
    if said.speed is not None and (mode is not Mode.DEMO or said.exchange):
        raise UsageError("only the demo's market has a speed", where="--speed", fix="leave it out")
    return SessionOrder(
        RunRequest(mode, venue, products, config),
        folder,
        seconds=said.seconds,
        speed=_speed(said, mode),
        exchange=said.exchange,
        is_gateway_apart=said.gateway == "there",
        takes_bus=said.is_trader and config.bus.kind == "kafka",
        read_config=_reader(config_file, said.overrides),
        note=found.note,
    )


def _live_order(said: RunArguments) -> SessionOrder:
    """Return what is asked for with real money.

    Raises:
        UsageError: it is no venue that is traded on, or nothing is named.
        ConfigError: the settings are wrong.
    """
    kept = None if said.state is None else read_manifest(said.state)
    if kept is not None and kept.mode is Mode.LIVE:
        venue, products = said.venue or kept.venue, said.products or kept.products
        said = replace(said, venue=venue, products=products)
    if said.demo or said.exchange or said.shadow or said.speed is not None:
        raise UsageError(
            "real money is traded on a venue", where="--live", fix="name it: --venue coinbase"
        )
    if said.venue.lower() not in LIVE_VENUES:
        raise UsageError(
            f"orders go to {', '.join(LIVE_VENUES)} alone, not to {said.venue or 'nothing'}",
            where="--venue",
            fix="give --live --venue coinbase --product BTC-USD",
        )
    if not said.products:
        raise UsageError("nothing to trade", where="--product", fix="name one: BTC-USD")
    venue, found = said.venue.lower(), settings_of_run(said.config_file, said.overrides)
    config = found.config
    if kept is None:
        _check_currency(config, said.products)
    return SessionOrder(
        RunRequest(Mode.LIVE, venue, said.products, config),
        said.state or Path("runs") / f"live-{venue}",
        seconds=said.seconds,
        is_gateway_apart=True,
        read_config=_reader(said.config_file, said.overrides),
        note=found.note,
    )


def _in_their_currency(
    said: RunArguments, config_file: Path | None, folder: Path
) -> tuple[str, ...]:
    """Return the overrides, with the currency that the products are paid in where none was chosen.

    A run that was begun goes on in its own.

    Raises:
        ConfigError: the settings are wrong.
    """
    loaded = load_with_origins(config_file, said.overrides)
    if any(each.key == "currency" and each.origin != "default" for each in loaded.settings()):
        return said.overrides
    kept = read_manifest(folder)
    paid_in = {product.upper().partition("-")[2] for product in said.products}
    if kept is not None:
        paid_in = {str(kept.settings["currency"])}
    currency = paid_in.pop() if len(paid_in) == 1 else ""
    return (*said.overrides, f"currency={currency}") if currency else said.overrides


def _check_currency(config: Config, products: tuple[str, ...]) -> None:
    """Refuse an account that is kept in another currency than its products are paid in.

    Raises:
        UsageError: names the first product of another one.
    """
    for product in products:
        _, dash, quote = product.upper().partition("-")
        if dash and quote != config.currency:
            raise UsageError(
                f"{product} is paid in {quote}, the account is kept in {config.currency}",
                where="currency",
                fix=f'write currency = "{quote}" in the settings, or trade other products',
            )


def _mode(said: RunArguments) -> Mode:
    """Return whose money is at risk.

    Raises:
        UsageError: a shadow is asked for of something else than a venue's market.
    """
    if not said.shadow:
        return Mode.PAPER if said.venue else Mode.DEMO
    if not said.venue:
        raise UsageError(
            "a shadow trades beside a venue's market", where="--shadow", fix="add --venue V"
        )
    return Mode.SHADOW


def _speed(said: RunArguments, mode: Mode) -> float:
    """Return how fast the market goes: the demo's so that a bar takes three seconds."""
    if said.speed is not None:
        return said.speed
    return DEMO_SPEED if mode is Mode.DEMO and not said.exchange else 1.0


def _as_begun(said: RunArguments) -> RunArguments:
    """Return the options that the run in the state folder was begun with.

    Raises:
        UsageError: there is none, or it traded on an exchange whose address is not kept.
    """
    kept = None if said.state is None else read_manifest(said.state)
    if kept is None or said.state is None:
        raise UsageError(
            "nothing to run", fix="give --demo, or --venue V --product P, or --exchange URL"
        )
    if kept.mode is Mode.LIVE:
        raise UsageError(
            "the run here trades with real money", where=str(said.state), fix="add --live"
        )
    if kept.mode is not Mode.DEMO:
        products, is_shadow = said.products or kept.products, kept.mode is Mode.SHADOW
        return replace(said, venue=kept.venue, products=products, shadow=is_shadow)
    if not RunPaths(said.state).exchange.is_dir():
        raise UsageError(
            "the run here traded on an exchange of its own",
            where=str(said.state),
            fix="add --exchange URL and its products",
        )
    return replace(said, demo=True)


def config_file_of(said: RunArguments, mode: Mode) -> Path | None:
    """Return the file of settings: the demo has one of its own."""
    if said.config_file is not None or mode is not Mode.DEMO:
        return said.config_file
    for folder in (Path(), _CHECKOUT):
        if (folder / DEMO_CONFIG).is_file():
            return folder / DEMO_CONFIG
    raise UsageError(
        f"there is no {DEMO_CONFIG} here",
        where="--demo",
        fix="run it in a checkout, or give --config FILE",
    )


def _reader(config_file: Path | None, overrides: tuple[str, ...]) -> Callable[[], Config]:
    def read() -> Config:
        return load_config(config_file, overrides)

    return read
