"""The second factor: codes by time, once each; recovery codes; enrolling and losing it."""

import base64

import pytest

from tests.api.security.desk import MINUTE_NS, PASSWORD, SECOND_NS, Desk, learn_word, log_in
from traider.api.rights import Role
from traider.api.security.codes import is_recovery_code, new_recovery_codes, step_of_code

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        # Appendix B of RFC 6238, SHA-1, the last six of its eight digits.
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000 // 10, "279037"),
    ],
)
def test_codes_are_those_of_the_standard(at_s: int, code: str) -> None:
    step = at_s // 30
    assert step_of_code(RFC_SECRET, code, at_s * SECOND_NS) == step
    assert step_of_code(RFC_SECRET, f" {code[:3]} {code[3:]}", (at_s + 30) * SECOND_NS) == step
    assert step_of_code(RFC_SECRET, code, (at_s + 90) * SECOND_NS) is None
    assert step_of_code(RFC_SECRET, code[:5], at_s * SECOND_NS) is None


def test_a_login_needs_a_code_once_it_is_enrolled(desk: Desk) -> None:
    secret, _ = desk.enroll(desk.entered("ada"))
    missing = log_in(desk.caller(), "ada", PASSWORD)
    assert (missing.status, missing.json["type"]) == (401, "urn:traider:problem:code-needed")
    # The password is looked at first: a code alone tells nobody whether it is right.
    assert (
        log_in(desk.caller(), "ada", "wrong", desk.code(secret)).json["detail"].startswith("name")
    )
    assert log_in(desk.caller(), "ada", PASSWORD, "000000").status == 401
    assert log_in(desk.caller(), "ada", PASSWORD, desk.code(secret)).status == 200


def test_a_code_is_taken_once_and_none_before_it(desk: Desk) -> None:
    secret, _ = desk.enroll(desk.entered("ada"))
    before, now = desk.code(secret), desk.code(secret)
    assert log_in(desk.caller(), "ada", PASSWORD, now).status == 200
    assert log_in(desk.caller(), "ada", PASSWORD, now).status == 401
    assert log_in(desk.caller(), "ada", PASSWORD, before).status == 401
    assert log_in(desk.caller(), "ada", PASSWORD, desk.code(secret)).status == 200


def test_a_recovery_code_is_good_once(desk: Desk) -> None:
    _, codes = desk.enroll(desk.entered("ada"))
    assert len(set(codes)) == 10
    assert log_in(desk.caller(), "ada", PASSWORD, codes[3].lower().replace("-", " ")).status == 200
    assert log_in(desk.caller(), "ada", PASSWORD, codes[3]).status == 401
    left = log_in(desk.caller(), "ada", PASSWORD, codes[4]).json["recovery_codes_left"]
    assert left == 8
    assert log_in(desk.caller(), "ada", PASSWORD, codes[4][:-1] + "*").status == 401


def test_other_recovery_codes_end_those_before(desk: Desk) -> None:
    caller = desk.entered("ada")
    _, codes = desk.enroll(caller)
    others = caller.post("/api/v1/auth/mfa/recovery-codes").json["codes"]
    assert not set(others) & set(codes)
    assert log_in(desk.caller(), "ada", PASSWORD, codes[0]).status == 401
    assert log_in(desk.caller(), "ada", PASSWORD, others[0]).status == 200


def test_recovery_codes_have_eighty_bits() -> None:
    code = new_recovery_codes()[0]
    assert len(code.replace("-", "")) == 16  # of 32 letters each: 5 bits
    assert is_recovery_code(code)
    assert not is_recovery_code("123456")


def test_enrolling_needs_the_password_and_a_right_code(desk: Desk) -> None:
    caller, other = desk.entered("ada"), desk.entered("tom")
    assert caller.post("/api/v1/auth/mfa", {"password": "wrong"}).status == 401
    begun = caller.post("/api/v1/auth/mfa", {"password": PASSWORD}).json
    assert begun["picture"].startswith("data:image/svg+xml")
    assert begun["secret"] in begun["address"]
    confirmation = {"enrollment": begun["enrollment"], "code": "000000"}
    assert caller.post("/api/v1/auth/mfa/confirm", confirmation).status == 422
    confirmation["code"] = desk.code(begun["secret"])
    # What was begun for one is nothing for another, and nothing once it was changed.
    assert other.post("/api/v1/auth/mfa/confirm", confirmation).status == 422
    changed = confirmation | {"enrollment": begun["enrollment"][:-3] + "AA="}
    assert caller.post("/api/v1/auth/mfa/confirm", changed).status == 422
    desk.clock.move(11 * MINUTE_NS)
    confirmation["code"] = desk.code(begun["secret"])
    assert caller.post("/api/v1/auth/mfa/confirm", confirmation).status == 422
    assert not caller.get("/api/v1/auth/session").json["has_second_factor"]
    desk.enroll(caller)
    assert caller.get("/api/v1/auth/session").json["has_second_factor"]
    assert caller.post("/api/v1/auth/mfa", {"password": PASSWORD}).status == 409


def test_enrolling_ends_other_sessions(desk: Desk) -> None:
    here, there = desk.entered("ada"), desk.entered("ada")
    desk.enroll(here)
    assert [each.get("/api/v1/auth/session").status for each in (here, there)] == [200, 401]


def test_a_factor_is_taken_away_with_a_fresh_code_alone(desk: Desk) -> None:
    caller = desk.entered("ada")
    secret, _ = desk.enroll(caller)
    desk.clock.move(6 * MINUTE_NS)
    refused = caller.ask("DELETE", "/api/v1/auth/mfa")
    assert (refused.status, refused.json["type"]) == (403, "urn:traider:problem:code-needed")
    assert caller.post("/api/v1/auth/code", {"password": PASSWORD}).status == 401
    assert caller.post("/api/v1/auth/code", {"code": desk.code(secret)}).status == 200
    learn_word(caller)
    assert caller.ask("DELETE", "/api/v1/auth/mfa").status == 204
    assert log_in(desk.caller(), "ada", PASSWORD).status == 200


def test_an_admin_takes_a_lost_factor_away(desk: Desk) -> None:
    desk.enroll(desk.entered("tom"))
    admin = desk.entered("ada")
    assert admin.ask("DELETE", "/api/v1/users/tom/mfa").status == 204
    assert admin.ask("DELETE", "/api/v1/users/tom/mfa").status == 409
    assert log_in(desk.caller(), "tom", PASSWORD).status == 200


def test_the_secret_is_kept_encrypted(desk: Desk) -> None:
    desk.add("vic", Role.VIEWER)
    secret, codes = desk.enroll(desk.entered("vic"))
    kept = desk.house.users.secrets(desk.house.users.get("vic").id)
    assert kept.totp_sealed is not None
    assert desk.house.sealer.open(kept.totp_sealed) == secret
    told = f"{kept.totp_sealed} {kept.recovery_digests} {kept!r}"
    assert secret not in told
    assert all(
        digest.partition(":")[2].startswith("$argon2id$") for digest in kept.recovery_digests
    )
    assert not any(code.replace("-", "") in told for code in codes)
