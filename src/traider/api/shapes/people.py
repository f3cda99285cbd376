"""Shapes of people: sessions, second factors, users, tokens, approvals."""

from typing import Annotated

from pydantic import Field

from traider.api.rights import Right, Role
from traider.api.shapes.shape import Shape

Secret = Annotated[
    str, Field(min_length=1, max_length=512, json_schema_extra={"format": "password"})
]
Name = Annotated[str, Field(min_length=1, max_length=64, examples=["ana"])]
Code = Annotated[str, Field(max_length=64, examples=["492039"])]


class Login(Shape):
    """Who wants to log in."""

    name: Name
    """Name of the account."""
    password: Annotated[Secret, Field(examples=["correct-answer-in-here"])]
    """Its password."""
    code: Code = ""
    """Code of the second factor, or a recovery code; needed where one is enrolled."""


class Proof(Shape):
    """Proof to be there still: a code, or the password where no second factor is enrolled."""

    code: Code = ""
    """Code of the second factor, or a recovery code."""
    password: Annotated[str, Field(max_length=512, examples=[""])] = ""
    """Password; takes the place of a code only while the trader trades on paper."""


class PasswordChange(Shape):
    """Another password."""

    old_password: Annotated[Secret, Field(examples=["correct-answer-in-here"])]
    """The one that is valid now."""
    new_password: Annotated[Secret, Field(examples=["another-answer-in-here"])]
    """The one from now on: 12 to 128 characters, not the name, not one that is tried first."""


class PasswordAgain(Shape):
    """The password, once more."""

    password: Annotated[Secret, Field(examples=["correct-answer-in-here"])]
    """The one that is valid now."""


class MyRights(Shape):
    """Who asks, and what they may do."""

    name: Name
    """Name of the account."""
    role: Role
    """Its role."""
    rights: list[Right]
    """What this session or token may do."""
    is_token: bool
    """Whether a program asks, not a person."""
    csrf_token: Annotated[str, Field(examples=["8a5c…"])]
    """To be sent as ``X-CSRF-Token`` with everything that changes something; empty for a token."""
    must_change_password: bool
    """Whether nothing but a change of the password is let through."""
    has_second_factor: bool
    """Whether codes are asked for."""
    recovery_codes_left: Annotated[int, Field(examples=[10])]
    """Recovery codes that were not used yet."""
    needs_two_people: bool
    """Whether dangerous requests wait for a second person."""
    fresh_until_ns: Annotated[int | None, Field(examples=[1_760_000_300_000_000_000])]
    """Until when a code or password that was given counts, ns UTC; null where none was."""
    until_ns: Annotated[int | None, Field(examples=[1_760_043_200_000_000_000])]
    """When the session ends at the latest, ns UTC."""
    idle_until_ns: Annotated[int | None, Field(examples=[1_760_001_800_000_000_000])]
    """When it ends if nothing more is asked, ns UTC."""


class SessionShape(Shape):
    """A session of a browser."""

    id: Annotated[str, Field(examples=["17"])]
    """To end it by."""
    is_this: bool
    """Whether it is the one that asks."""
    address: Annotated[str, Field(examples=["127.0.0.1"])]
    """Where it was begun from."""
    agent: Annotated[str, Field(examples=["Mozilla/5.0"])]
    """What its browser calls itself."""
    created_ns: int
    """When it was begun, ns UTC."""
    seen_ns: int
    """When it was used last, to the minute, ns UTC."""
    until_ns: int
    """When it ends at the latest, ns UTC."""


class Sessions(Shape):
    """Sessions of the person who asks."""

    items: list[SessionShape]
    """The newest first."""


class Ended(Shape):
    """How many were ended."""

    count: Annotated[int, Field(examples=[2])]
    """Sessions that are over now."""


class NewFactorShape(Shape):
    """A second factor to enroll; it counts once a code of it was given."""

    secret: Annotated[str, Field(examples=["JBSWY3DPEHPK3PXP"])]
    """For typing in, base32."""
    address: Annotated[str, Field(examples=["otpauth://totp/Traider:ana"])]
    """For an application on the same device."""
    picture: Annotated[str, Field(examples=["data:image/svg+xml;charset=utf-8,…"])]
    """The QR code, an SVG as a data address."""
    enrollment: Annotated[str, Field(examples=["gAAAAAB…"])]
    """To be given back with the first code within ten minutes."""


class FactorConfirmation(Shape):
    """The first code of a second factor."""

    enrollment: Annotated[str, Field(min_length=1, max_length=1024, examples=["gAAAAAB…"])]
    """As it was told."""
    code: Annotated[str, Field(min_length=1, max_length=64, examples=["492039"])]
    """What the application shows now."""


class RecoveryCodes(Shape):
    """Codes for a lost telephone, each good once; shown now and never again."""

    codes: Annotated[list[str], Field(examples=[["7KQM-94TD-0XWZ-2E5V"]])]
    """To be kept on paper."""


class UserShape(Shape):
    """A person."""

    name: Name
    """Name of the account."""
    role: Role
    """Its role."""
    is_disabled: bool
    """Whether they are not let in any more."""
    must_change_password: bool
    """Whether they have not chosen a password of their own yet."""
    has_second_factor: bool
    """Whether codes are asked of them."""
    locked_until_ns: Annotated[int | None, Field(examples=[None])]
    """Until when wrong passwords keep them out, ns UTC; null where none do."""
    password_until_ns: Annotated[int | None, Field(examples=[None])]
    """Until when a password that was made for them is taken, ns UTC; null for one of their own."""
    created_ns: int
    """Since when they are there, ns UTC."""
    seen_ns: int | None
    """Last login, ns UTC; null before the first."""


class Users(Shape):
    """Everybody."""

    items: list[UserShape]
    """By name."""


class NewUser(Shape):
    """Somebody to let in."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{1,31}$", examples=["ana"])]
    """What they log in with: 2 to 32 small letters, digits, dots, lines."""
    role: Role
    """What they may do."""


class UserChange(Shape):
    """What to change of a person; what is left out stays."""

    role: Role | None = None
    """Another role; ends their sessions."""
    is_disabled: bool | None = None
    """Whether to let them in no more; ends their sessions and tokens."""


class OneTimePassword(Shape):
    """A password for one login, shown now and never again."""

    name: Name
    """Whose it is."""
    password: Annotated[str, Field(examples=["k3vfm-92xqt-hpw7d-c4ray"])]
    """To be told in person; it must be changed at once."""


class TokenShape(Shape):
    """A token of a program, without what opens the door."""

    id: Annotated[str, Field(examples=["3"])]
    """To revoke it by."""
    owner: Name
    """Whose rights bound it."""
    name: Annotated[str, Field(examples=["notebook"])]
    """What it is for."""
    hint: Annotated[str, Field(examples=["trd_4kq9xw2m"])]
    """What it begins with."""
    scopes: list[Right]
    """What it was made for."""
    created_ns: int
    """When it was made, ns UTC."""
    until_ns: int
    """When it ends, ns UTC."""
    seen_ns: int | None
    """When it was used last, to the minute, ns UTC; null before the first time."""
    revoked_ns: int | None
    """When it was revoked, ns UTC; null while it is not."""


class Tokens(Shape):
    """Tokens."""

    items: list[TokenShape]
    """The newest first; revoked ones too."""


class NewToken(Shape):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, max_length=64, examples=["notebook"])]
    """What it is for."""
    scopes: Annotated[list[Right], Field(min_length=1, max_length=32, examples=[["read"]])]
    """What it may do: no more than its owner, and never let people in."""
    days: Annotated[int, Field(ge=1, le=365, examples=[30])] = 30
    """For how long it is good."""


class MadeToken(Shape):
    """A token that was just made."""

    secret: Annotated[str, Field(examples=["trd_4kq9xw2m…"])]
    """To be sent as ``Authorization: Bearer …``; shown now and never again."""
    token: TokenShape
    """What is kept of it."""


class ApprovalShape(Shape):
    """A dangerous request that waits for a second person, or what was decided of it."""

    id: Annotated[str, Field(examples=["5"])]
    """To decide it by."""
    right: Right
    """What it needs, of the one who asked and of the one who decides."""
    what: Annotated[str, Field(examples=["raise max_exposure from 1 to 2"])]
    """What it does, in words."""
    method: Annotated[str, Field(examples=["POST"])]
    """Method of the request."""
    path: Annotated[str, Field(examples=["/api/v1/control/rearm"])]
    """Path of the request."""
    body: Annotated[str, Field(examples=['{"why":"checked"}'])]
    """Body of the request."""
    asked_by: Name
    """Who asked."""
    asked_ns: int
    """When, ns UTC."""
    until_ns: int
    """Until when it waits, ns UTC."""
    state: Annotated[str, Field(examples=["waiting"])]
    """``waiting``, ``approved``, ``refused`` or ``expired``."""
    decided_by: Annotated[str | None, Field(examples=[None])]
    """Who decided; null while nobody did, and where it was taken back."""
    decided_ns: int | None
    """When, ns UTC."""
    answer_status: Annotated[int | None, Field(examples=[200])]
    """How it was answered when it was let through, as a status of HTTP."""


class Approvals(Shape):
    """Dangerous requests."""

    items: list[ApprovalShape]
    """The newest first."""


class RightsRow(Shape):
    """What a role may do."""

    role: Role
    """The role."""
    rights: list[Right]
    """What it may do."""


class RightsTable(Shape):
    """Every role."""

    items: list[RightsRow]
    """From the least to the most."""
