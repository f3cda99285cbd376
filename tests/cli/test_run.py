"""``traider run``: what is asked for, and what it refuses."""

import json
import os
from pathlib import Path

import pytest

from traider.cli.main import run
from traider.cli.run_order import RunArguments, session_order
from traider.domain.errors import UsageError
from traider.runtime.config import Config
from traider.runtime.run_request import RunRequest
from traider.runtime.state_folder import StateFolder, claim_pair
from traider.runtime.status_body import Mode

PLAIN = {
    "demo": False, "venue": "", "products": (), "exchange": "", "live": False, "state": None,
    "seconds": 0.0, "speed": None, "config_file": None, "overrides": (), "as_json": False,
}  # fmt: skip


def said(**changes: object) -> RunArguments:
    """Return options as given on the command line."""
    return RunArguments(**{**PLAIN, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run"], "nothing to run"),
        (["run", "--demo", "--shadow"], "a shadow trades beside a venue's market"),
        (["run", "--demo", "--venue", "coinbase"], "--demo and --venue are two things"),
        (["run", "--venue", "coinbase"], "nothing to trade"),
        (["run", "--venue", "kraken", "--product", "BTC-USD", "--speed", "2"], "has a speed"),
        (["run", "--demo", "--product", "BTC-USD"], "trades what its bars are of"),
        (["run", "--role", "feed"], "nothing to publish"),
        (["run", "--role", "feed", "--venue", "kraken"], "no product to listen to"),
        (["run", "--role", "features"], "nobody in another process reads an in-process bus"),
        (["run", "--demo", "--bus", "kafka://localhost:1"], "only roles apart meet on a bus"),
        (["run", "--live", "--demo"], "real money is traded on a venue"),
        (["run", "--live", "--venue", "kraken", "--product", "BTC-USD"], "orders go to coinbase"),
        (["run", "--live", "--venue", "coinbase"], "nothing to trade"),
        (
            ["run", "--live", "--venue", "coinbase", "--product", "BTC-USD", "--state", "nowhere"],
            "BTC-USD is paid in USD, the account is kept in USDT",
        ),
        (
            ["run", "--venue", "coinbase", "--product", "BTC-USD", "--gateway", "apart"],
            "a paper run sends no order anywhere",
        ),
        (["run", "--role", "gateway"], "a gateway belongs to a run"),
        (
            ["run", "--exchange", "http://exchange.example:8080", "--product", "BTC-USDT"],
            "http://exchange.example:8080 is not on this machine: orders and keys would leave it",
        ),
        (["run", "--role", "feed", "--exchange", "https://10.0.0.1"], "or add --remote-exchange"),
        (["run", "--role", "gateway", "--exchange", "127.0.0.1:80"], "is not on this machine"),
        (["run", "--demo", "--role", "trader", "--gateway", "apart"], "has no gateway to start"),
        (["run", "--role", "gateway", "--state", "nowhere"], "holds no run"),
        (["run", "--demo", "--state", __file__], "cannot be a state folder"),
        (["run", "--demo", "--for", "soon"], "is no length of time"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1


def test_a_damaged_run_is_told_and_nothing_begins_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    assert run(["run", "--demo", "--for", "5s", "--state", str(tmp_path)]) == 3
    told = capsys.readouterr()
    assert told.err.splitlines()[-1].startswith(f"traider: error: {tmp_path}/run.json: cannot be")
    assert "beginning again" not in told.out + told.err


def test_a_gateway_of_a_paper_run_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "new"
    what = ["--venue", "coinbase", "--product", "BTC-USD", "--state", str(state)]
    assert run(["run", "--role", "gateway", *what]) == 2
    assert "a run of mode paper sends no order anywhere" in capsys.readouterr().err
    assert not state.exists()


def test_a_gateway_of_real_money_is_refused_like_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a signature no words help, and what was begun live is named as such."""
    monkeypatch.setenv("TRAIDER_CONFIRM_LIVE", "trade BTC-USD on coinbase with real money")
    closed = ["--set", "venues.coinbase.rest_url=http://127.0.0.1:9"]
    state = ["--role", "gateway", "--state", str(tmp_path / "live"), *closed]
    what = ["--live", "--venue", "coinbase", "--product", "BTC-USD", "--paper", str(tmp_path)]
    what += ["--set", "currency=USD"]
    assert run(["run", *state, *what, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["error"]["what"]
    assert told.startswith("not ready for real money: key, permissions")
    assert "limits, settings, sign-off" in told
    assert not (tmp_path / "live").exists()
    with StateFolder(tmp_path / "live") as folder:
        folder.begin(RunRequest(Mode.LIVE, "coinbase", ("BTC-USD",), Config()), (), 1)
    assert run(["run", *state]) == 2
    assert "the run here trades with real money" in capsys.readouterr().err


def test_a_paper_run_on_the_folder_of_a_live_one_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config.model_validate({"currency": "USD"})
    with StateFolder(tmp_path) as folder:
        folder.begin(RunRequest(Mode.LIVE, "coinbase", ("BTC-USD",), config), (), 1)
    paper = ["run", "--venue", "coinbase", "--product", "BTC-USD", "--state", str(tmp_path)]
    for more in ([], ["--standby"]):
        assert run([*paper, *more, "--json"]) == 2
        told = json.loads(capsys.readouterr().out)["error"]["what"]
        assert told == "the run here was begun with mode live, not paper"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "run.lock"]


def test_a_second_run_of_two_processes_is_told_who_holds_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = ["run", "--demo", "--gateway", "apart", "--state", str(tmp_path), "--json"]
    with StateFolder(tmp_path):
        assert run(second) == 2
    assert "another process runs here, pid" in json.loads(capsys.readouterr().out)["error"]["what"]
    # Its trader just died, and is begun again soon.
    lock = claim_pair(tmp_path)
    try:
        assert run(second) == 2
    finally:
        os.close(lock)
    assert "another process runs here, pid" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert not (tmp_path / "exchange").exists()


def test_an_exchange_elsewhere_is_taken_when_that_is_said(tmp_path: Path) -> None:
    # It is not reached: a folder that cannot be one is told first.
    path = tmp_path / "file"
    path.write_text("")
    words = ["--exchange", "http://exchange.example:8080", "--product", "BTC-USDT"]
    order = session_order(
        said(
            exchange=words[1], products=("BTC-USDT",), remote_exchange=True, state=tmp_path / "new"
        )
    )
    assert order.exchange == words[1]
    assert run(["run", *words, "--remote-exchange", "--state", str(path)]) == 2


def test_live_is_refused_with_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = ["run", "--live", "--venue", "coinbase", "--product", "BTC-USD", "--json"]
    live += ["--set", "currency=USD"]
    places = ["--state", str(tmp_path / "live"), "--paper", str(tmp_path)]
    nobody = ["--set", "venues.coinbase.rest_url=http://127.0.0.1:9"]
    assert run([*live, *places, *nobody]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    for needed in ("key", "permissions", "limits", "alerts", "backup", "paper week", "sign-off"):
        assert needed in error["what"]
    assert not (tmp_path / "live" / "run.json").exists()


def test_the_demo_has_settings_and_products_of_its_own() -> None:
    order = session_order(said(demo=True, speed=5.0, seconds=60.0))
    assert order.request.mode is Mode.DEMO
    assert order.request.products == ("BTC-USDT", "ETH-USDT")
    assert order.folder == Path("runs/demo")
    assert (order.starts_exchange, order.simulates) == (True, False)
    assert order.read_config is not None
    assert order.read_config() == order.request.config


def test_a_venue_is_traded_on_paper() -> None:
    order = session_order(said(venue="Kraken", products=("BTC-USD",)))
    assert (order.request.mode, order.request.venue) == (Mode.PAPER, "kraken")
    assert (order.starts_exchange, order.simulates) == (False, True)
    assert order.folder == Path("runs/paper-kraken")


def test_a_shadow_is_a_run_of_its_own(tmp_path: Path) -> None:
    order = session_order(said(venue="kraken", products=("BTC-USD",), shadow=True))
    assert order.request.mode is Mode.SHADOW
    assert (order.simulates, order.folder) == (True, Path("runs/shadow-kraken"))
    with StateFolder(tmp_path) as folder:
        folder.begin(order.request, (), 1)
    assert session_order(said(state=tmp_path)).request.mode is Mode.SHADOW
    with pytest.raises(UsageError, match="begun with mode shadow, not paper"):
        session_order(said(venue="kraken", products=("BTC-USD",), state=tmp_path))


def test_a_folder_alone_goes_on_with_what_it_was_begun_with(tmp_path: Path) -> None:
    begun = session_order(said(venue="kraken", products=("BTC-USD",), state=tmp_path))
    with StateFolder(tmp_path) as folder:
        folder.begin(begun.request, (), 1)
    again = session_order(said(state=tmp_path))
    assert again.request == begun.request
    demo = tmp_path / "demo"
    with StateFolder(demo) as folder:
        folder.begin(session_order(said(demo=True)).request, (), 1)
    with pytest.raises(UsageError, match="an exchange of its own"):
        session_order(said(state=demo))
    (demo / "exchange").mkdir()
    assert session_order(said(state=demo)).starts_exchange


def test_an_account_is_kept_in_what_its_products_are_paid_in(tmp_path: Path) -> None:
    def currency(*products: str, overrides: tuple[str, ...] = ()) -> str:
        asked = said(
            venue="coinbase", products=products, state=tmp_path / "run", overrides=overrides
        )
        order = session_order(asked)
        assert order.read_config is not None
        assert order.read_config().currency == order.request.config.currency
        return order.request.config.currency

    assert currency("BTC-USD", "eth-usd") == "USD"
    assert currency("BTC-USD", "ETH-EUR") == "USDT"
    assert currency("BTCUSDT") == "USDT"
    assert currency("BTC-USD", overrides=("currency=EUR",)) == "EUR"


def test_a_run_that_was_begun_keeps_its_currency(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "run")
    folder.begin(RunRequest(Mode.PAPER, "coinbase", ("BTC-USD",), Config()), (), 1)
    folder.close()
    order = session_order(said(venue="coinbase", products=("BTC-USD",), state=tmp_path / "run"))
    assert order.request.config.currency == "USDT"
