"""From an event of the journal to what the audit says of it: words, decimals, and the event itself.

Each payload holds the event's place in the journal and its 64 bytes, so that a chain can be held
against the journal; beside them it says the same in the words and units of people. A place is the
position and a part: 0 what was decided there, 1 the event, from 2 on the facts that follow it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from traider.compliance.reading import PLACE
from traider.compliance.records import Entry
from traider.domain.events import MONEY_UNITS_PER_CURRENCY_UNIT, EventArray, FillFlag, Kind
from traider.domain.events import OrderFlag as Flag
from traider.domain.orders import OrderId, OrderType, TimeInForce
from traider.domain.payload_table import PAYLOADS
from traider.domain.payloads import config_digest_of
from traider.domain.units import price_from_ticks, size_from_lots
from traider.journal.instruments import JournalInstrument

Body = dict[str, Any]

EVENT: Final = "event"
"""Key of the event's bytes, hexadecimal."""
DECIDED: Final = 0
TOLD: Final = 1
FIRST_FACT: Final = 2

_FORCE_SHIFT: Final = 4
_ACTIONS: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.CONFIG_DIGEST: ("configuration", "trader"),
    Kind.LEADER_EPOCH: ("leader", "trader"),
    Kind.ORDER_INTENT: ("order", "trader"),
    Kind.VERDICT: ("verdict", "gate"),
    Kind.SENT: ("sent", "gateway"),
    Kind.ACK: ("ack", "venue"),
    Kind.FILL: ("fill", "venue"),
    Kind.CANCELLED: ("cancelled", "venue"),
    Kind.REJECTED: ("rejected", "venue"),
    Kind.EXPIRED: ("expired", "venue"),
    Kind.UNKNOWN: ("unknown", "gateway"),
    Kind.TRANSFER: ("transfer", "venue"),
    Kind.RECONCILE_ADJUSTMENT: ("adjustment", "gateway"),
    Kind.MODEL_CHANGE: ("model", "house"),
    Kind.WEIGHTS_CHANGE: ("weight", "house"),
    Kind.THRESHOLDS_CHANGE: ("threshold", "house"),
    Kind.LIMITS_CHANGE: ("limit", "house"),
    Kind.MANUAL_ORDER: ("manual-order", "house"),
    Kind.PAUSE: ("pause", "house"),
    Kind.KILL: ("kill", "house"),
    Kind.REARM: ("rearm", "house"),
    Kind.BREAKER_REARM: ("breaker-rearm", "house"),
    Kind.BREAKER: ("breaker", "gate"),
}
"""What is audited, what it is called, and who did it unless somebody is named."""

AUDITED: Final = np.zeros(256, np.bool_)
AUDITED[[int(kind) for kind in _ACTIONS]] = True

BY_PEOPLE: Final = frozenset(
    (
        Kind.WEIGHTS_CHANGE,
        Kind.THRESHOLDS_CHANGE,
        Kind.LIMITS_CHANGE,
        Kind.MANUAL_ORDER,
        Kind.PAUSE,
        Kind.KILL,
        Kind.REARM,
        Kind.BREAKER_REARM,
    )
)
"""Kinds that somebody asks for, with a reason."""
_SETTINGS: Final = (Kind.LIMITS_CHANGE, Kind.WEIGHTS_CHANGE, Kind.THRESHOLDS_CHANGE)
_CHANGES: Final = {1: "tripped", 2: "closed", 3: "re-armed"}
_CHANGE_SHIFT: Final = 4
_OF_ORDERS: Final = ("client_order_id", "decision")
_FOUR_BITS: Final = 0xF
_WHOLE_ACCOUNT: Final = 0x100
_ENDS: Final = (Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED, Kind.UNKNOWN)


@dataclass(frozen=True)
class Vocabulary:
    """The names of numbers in events."""

    verdicts: Mapping[int, str] = field(default_factory=dict)
    limits: Mapping[int, str] = field(default_factory=dict)
    ends: Mapping[int, str] = field(default_factory=dict)
    breakers: Mapping[int, str] = field(default_factory=dict)
    thresholds: Sequence[str] = ()
    alphas: Sequence[str] = ()


@dataclass(frozen=True)
class Actor:
    """Who asked for something, and why."""

    who: str
    why: str


def is_audited(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return for each event whether the audit tells of it."""
    return np.asarray(AUDITED[np.minimum(events["kind"], len(AUDITED) - 1)])


def kind_of(event: EventArray) -> Kind:
    """Return the kind of the one ``event``."""
    return Kind(int(event["kind"][0]))


class Teller:
    """Says in words what events are about.

    Args:
        instruments: by number.
        words: names of codes.
        run_id: which begins the ids that orders have at the venue; empty of a run without one.
    """

    def __init__(
        self, instruments: Sequence[JournalInstrument], words: Vocabulary, run_id: str
    ) -> None:
        self._instruments = instruments
        self._words = words
        self._run_id = run_id

    def entry(
        self,
        position: int,
        event: EventArray,
        actor: Actor | None = None,
        further: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Return what the audit says of the one ``event`` at ``position`` of the journal."""
        kind = kind_of(event)
        action, usual = _ACTIONS[kind]
        is_refused = kind is Kind.VERDICT and int(event["code"][0]) != 0
        is_cancel = kind is Kind.ORDER_INTENT and bool(int(event["flags"][0]) & Flag.CANCEL)
        action = "refusal" if is_refused else "cancel" if is_cancel else action
        payload: Body = {
            PLACE: [position, TOLD],
            EVENT: event.tobytes().hex(),
            "ts_event": int(event["ts_event"][0]),
            **self._said(kind, event),
            **(further or {}),
        }
        if actor is not None:
            payload["why"] = actor.why
        who = usual if actor is None else actor.who
        return Entry(int(event["ts_recv"][0]), who, action, self._object(kind, event), payload)

    def cause(self, event: EventArray) -> Body:
        """Return what is said of an event that was decided on."""
        kind = kind_of(event)
        found: Body = {
            "kind": kind.name.lower(),
            "ts_event": int(event["ts_event"][0]),
            "ts_recv": int(event["ts_recv"][0]),
        }
        if kind is not Kind.TIMER:
            found["instrument"] = self.name(int(event["instrument"][0]))
        words = {
            word.name: _plain(event[f"{'w' if word.type == 'i8' else 'f'}{place}"][0])
            for place, word in enumerate(PAYLOADS[kind].words)
            if word.is_used
        }
        found["words"] = words
        return found

    def name(self, number: int) -> str:
        """Return the name of an instrument by its number."""
        return self._instruments[number].name if number < len(self._instruments) else str(number)

    def client_order_id(self, order_id: int) -> str:
        """Return what the venue knows an order by."""
        return f"{self._run_id}-{order_id:016x}" if self._run_id else ""

    # --------------------------------------------------------------------------------- its own

    def _object(self, kind: Kind, event: EventArray) -> str:
        if kind in (Kind.ORDER_INTENT, Kind.VERDICT, Kind.SENT) or Kind.ACK <= kind <= Kind.UNKNOWN:
            return f"{int(event['order_id'][0]):016x}"
        if kind in _SETTINGS:
            return self._setting(kind, int(event["code"][0]))
        if kind is Kind.MANUAL_ORDER:
            return self.name(int(event["instrument"][0]))
        if kind is Kind.CONFIG_DIGEST:
            return _digest(event)[:16]
        if kind in (Kind.BREAKER, Kind.BREAKER_REARM):
            code = int(event["code"][0])
            return self._words.breakers.get(code, str(code))
        return str(int(event["w0"][0])) if kind is Kind.LEADER_EPOCH else ""

    def _said(self, kind: Kind, event: EventArray) -> Body:
        if kind is Kind.ORDER_INTENT:
            return self._order(event)
        if kind is Kind.VERDICT:
            code = int(event["code"][0])
            return {
                "check": self._words.verdicts.get(code, str(code)),
                "number": _plain(event["number"][0]),
                "limit": _plain(event["limit"][0]),
            }
        if kind is Kind.FILL:
            return self._fill(event)
        if kind in _ENDS:
            code = int(event["code"][0])
            size = self._size(event, int(event["size"][0]))
            return {"reason": self._words.ends.get(code, str(code)), "unfilled": size}
        if kind is Kind.ACK:
            return {"venue_number": int(event["id"][0])}
        return self._change(kind, event)

    def _change(self, kind: Kind, event: EventArray) -> Body:
        code = int(event["code"][0])
        if kind in _SETTINGS:
            name = self._setting(kind, code)
            return {"name": name, "new": _plain(event["f1"][0]), "old": _plain(event["f2"][0])}
        if kind in (Kind.PAUSE, Kind.REARM):
            return {"reason": code}
        if kind is Kind.KILL:
            return {"reason": code, "keeps_positions": bool(event["w2"][0])}
        if kind is Kind.CONFIG_DIGEST:
            return {"digest": _digest(event)}
        if kind is Kind.MANUAL_ORDER:
            # A wish is no order yet: the step that follows makes one of it, of an id of its own.
            order = self._order(event)
            return {name: order[name] for name in order if name not in _OF_ORDERS}
        return self._breaker(event) if kind is Kind.BREAKER else self._money_moved(kind, event)

    def _breaker(self, event: EventArray) -> Body:
        flags = int(event["flags"][0])
        is_of_all = bool(flags & _WHOLE_ACCOUNT)
        return {
            "what": _CHANGES.get(flags >> _CHANGE_SHIFT & _FOUR_BITS, "changed"),
            "instrument": None if is_of_all else self.name(int(event["instrument"][0])),
            "number": _plain(event["number"][0]),
            "limit": _plain(event["limit"][0]),
            "level": int(event["w3"][0]),
        }

    def _setting(self, kind: Kind, code: int) -> str:
        """Return the name of a limit, an alpha or a threshold."""
        if kind is Kind.LIMITS_CHANGE:
            return self._words.limits.get(code, str(code))
        names = self._words.alphas if kind is Kind.WEIGHTS_CHANGE else self._words.thresholds
        return names[code] if code < len(names) else str(code)

    def _money_moved(self, kind: Kind, event: EventArray) -> Body:
        if kind is Kind.RECONCILE_ADJUSTMENT:
            return {
                "instrument": self.name(int(event["instrument"][0])),
                "reason": int(event["code"][0]),
                "size": self._size(event, int(event["w1"][0])),
                "cash": _money(int(event["w2"][0])),
            }
        if kind is Kind.TRANSFER:
            currency = int(event["w0"][0]).to_bytes(8, "little", signed=True)
            return {
                "currency": currency.rstrip(b"\0").decode("ascii", "replace"),
                "amount": _money(int(event["w1"][0])),
                "reason": int(event["w3"][0]),
            }
        return {}

    def _order(self, event: EventArray) -> Body:
        flags, order_id = int(event["flags"][0]), int(event["order_id"][0])
        number = int(event["instrument"][0])
        if flags & Flag.CANCEL:
            return {"instrument": self.name(number), "decision": _decision(order_id)}
        kind = OrderType(flags & Flag.TYPE_MASK) if flags & Flag.TYPE_MASK else OrderType.MARKET
        force = TimeInForce((flags & Flag.TIME_IN_FORCE_MASK) >> _FORCE_SHIFT)
        properties = (Flag.POST_ONLY, Flag.REDUCE_ONLY, Flag.CHILD, Flag.ONE_CANCELS_OTHER)
        said: Body = {
            "instrument": self.name(number),
            "client_order_id": self.client_order_id(order_id),
            "decision": _decision(order_id),
            "side": "buy" if int(event["side"][0]) > 0 else "sell",
            "type": kind.name.lower(),
            "time_in_force": force.name.lower(),
            "properties": [str(each.name).lower() for each in properties if flags & each],
        }
        if flags & Flag.QUOTE_SIZED:
            said["amount"] = _money(int(event["size"][0]))
        else:
            said["size"] = self._size(event, int(event["size"][0]))
        for name in ("price", "trigger"):
            if int(event[name][0]):
                said[name] = self._price(event, int(event[name][0]))
        if int(event["expire"][0]):
            said["expire"] = int(event["expire"][0])
        return said

    def _fill(self, event: EventArray) -> Body:
        flags = int(event["flags"][0])
        return {
            "instrument": self.name(int(event["instrument"][0])),
            "side": "buy" if int(event["side"][0]) > 0 else "sell",
            "price": self._price(event, int(event["price"][0])),
            "size": self._size(event, int(event["size"][0])),
            "fee": _money(int(event["fee"][0])),
            "leaves": self._size(event, int(event["leaves"][0])),
            "is_maker": bool(flags & FillFlag.MAKER),
            "is_liquidation": bool(flags & FillFlag.LIQUIDATION),
        }

    def _size(self, event: EventArray, lots: int) -> str:
        number = int(event["instrument"][0])
        if number >= len(self._instruments):
            return f"{lots} lots"
        return text(size_from_lots(lots, self._instruments[number].lot_size))

    def _price(self, event: EventArray, ticks: int) -> str:
        number = int(event["instrument"][0])
        if number >= len(self._instruments):
            return f"{ticks} ticks"
        return text(price_from_ticks(ticks, self._instruments[number].tick_size))


def text(value: Decimal) -> str:
    """Return a decimal without an exponent and without needless zeros."""
    return f"{value.normalize():f}" if value else "0"


def _money(units: int) -> str:
    return text(Decimal(units) / MONEY_UNITS_PER_CURRENCY_UNIT)


def _decision(order_id: int) -> int:
    """Return the position of the event that an order comes from."""
    return OrderId.unpack(order_id).sequence


def _digest(event: EventArray) -> str:
    return config_digest_of(event).hex()


def _plain(value: object) -> int | float | None:
    """Return a number of an event as JSON takes it; what is not finite is null."""
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, float) and not np.isfinite(number):
        return None
    assert isinstance(number, int | float)  # noqa: S101 - words of events are numbers
    return number
