"""Settings of the run: what each is, who changed it last, and what a change would do."""

from decimal import Decimal
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends

from traider.api.asking import Asker, needs
from traider.api.facts import Facts, FactsNow
from traider.api.openapi import problems
from traider.api.reading.setting_facts import origin_of_setting, unit_of
from traider.api.rights import Right
from traider.api.shapes.settings import (
    ChangeAsked,
    ChangeShape,
    PreviewAsked,
    PreviewShape,
    SettingGroup,
    SettingShape,
    SettingsShape,
)
from traider.domain.errors import UsageError
from traider.runtime.control.limit_names import gate_value, loosens
from traider.runtime.settings_in_force import LIMITS, SettingNow, changes_in, settings_now

router = APIRouter(prefix="/settings", tags=["settings"])

_AGE_S = 1.0

Reader = Annotated[Asker, Depends(needs(Right.READ))]


@router.get("", summary="Every setting of the run", responses=problems(401, 403, 409))
def get_settings(asker: Reader, facts: FactsNow) -> SettingsShape:
    """Return each setting by its table: in force, default, meaning, and who changed it last."""
    del asker
    beside = {each.key: each.value for each in settings_now(facts.settings, {})}
    rows = [_shape(each, beside.get(each.key), facts) for each in _now(facts)]
    rows.sort(key=lambda row: _table(row.key))
    return SettingsShape(
        groups=[
            SettingGroup(name=name, settings=list(found))
            for name, found in groupby(rows, lambda row: _table(row.key))
        ]
    )


@router.post("/preview", summary="What changes would do", responses=problems(401, 403, 409, 422))
def preview_settings(asked: PreviewAsked, asker: Reader, facts: FactsNow) -> PreviewShape:
    """Say of each change what is in force, what makes it, and whether it wants a fresh code.

    Nothing is changed: each change that can be made is one request to its control.
    """
    del asker
    known = {each.key: each for each in _now(facts)}
    return PreviewShape(changes=[_change(each, known) for each in asked.changes])


def _now(facts: Facts) -> tuple[SettingNow, ...]:
    def make() -> tuple[SettingNow, ...]:
        return tuple(settings_now(facts.config, changes_in(facts.paths.journal)))

    return facts.cached("settings", _AGE_S, make)


def _shape(now: SettingNow, of_file: object, facts: Facts) -> SettingShape:
    change, origin = now.change, origin_of_setting(now, of_file, facts.terms.layers)
    return SettingShape(
        key=now.key,
        value=now.value,
        default=now.default,
        description=now.description,
        unit=unit_of(now.key, facts.config.currency),
        origin=origin.kind,
        place=origin.place,
        control=now.control,  # type: ignore[arg-type]  # one of its words
        name=now.name,
        file_value=of_file,  # type: ignore[arg-type]  # JSON, as ``plain`` makes it
        is_as_file=of_file == now.value,
        changed_from=now.before,
        changed_by="" if change is None else change.who,
        changed_why="" if change is None else change.why,
        changed_ns=None if change is None else change.at_ns,
    )


def _change(asked: ChangeAsked, known: dict[str, SettingNow]) -> ChangeShape:
    now = known.get(asked.key)
    fault, wants_code = "", False
    if now is None:
        fault = "there is no such setting"
    elif not now.control:
        fault = "it is as the run was begun; begin another run to change it"
    elif now.control == LIMITS:
        try:
            gate_value(now.name, Decimal(asked.value))
            wants_code = loosens(now.name, float(now.value), float(asked.value))
        except UsageError as refusal:
            fault = refusal.what
    return ChangeShape(
        key=asked.key,
        before=None if now is None else now.value,
        after=asked.value,
        control="" if now is None or fault else now.control,  # type: ignore[arg-type]  # the same
        name="" if now is None else now.name,
        wants_fresh_code=wants_code,
        fault=fault,
    )


def _table(key: str) -> str:
    return key.partition(".")[0] if "." in key else ""
