"""Why a request of somebody known is not done, or not yet."""

from typing import TYPE_CHECKING

from traider.api.problems import NotAllowedError, NotSignedInError
from traider.domain.errors import TraiderError

if TYPE_CHECKING:
    from traider.api.security.approvals import Approval


class CodeNeededError(NotAllowedError):
    """The request is dangerous, and its person must prove to be there."""

    kind = "code-needed"

    def __init__(self, what: str, *, with_password: bool) -> None:
        proof = "the password" if with_password else "a code of the second factor"
        super().__init__(
            f"{what} needs {proof} again",
            fix=f"give {proof} to POST /api/v1/auth/code, then ask again",
        )


class LoginCodeNeededError(NotSignedInError):
    """The password is right; a code of the second factor belongs to it."""

    kind = "code-needed"

    def __init__(self) -> None:
        super().__init__(
            "a code of the second factor is needed too",
            where="body.code",
            fix="send name, password and code together",
        )


class SecondFactorNeededError(NotAllowedError):
    """Real money is at stake, and the person has no second factor."""

    kind = "second-factor-needed"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs a second factor, and none is enrolled",
            fix="enroll one: Settings, or POST /api/v1/auth/mfa",
        )


class PasswordChangeNeededError(NotAllowedError):
    """The password was made by somebody else, and must be changed first."""

    kind = "password-change-needed"

    def __init__(self) -> None:
        super().__init__(
            "the password must be changed first", fix="change it: POST /api/v1/auth/password"
        )


class WaitsForApprovalError(TraiderError):
    """The request is kept until a second person lets it through; answered with 202."""

    def __init__(self, approval: "Approval") -> None:
        super().__init__(f"waits for a second person until {approval.until_ns}")
        self.approval = approval


class PasswordOverError(NotSignedInError):
    """The password is right, was made by somebody else, and was not used in time."""

    kind = "password-over"

    def __init__(self) -> None:
        super().__init__(
            "the password was for one login, and its time is over",
            fix="ask an admin for another; or on the machine itself: traider users password NAME",
        )


class CsrfError(NotAllowedError):
    """The request does not say its session's word, which changes with the session's secret."""

    kind = "csrf"

    def __init__(self, header: str) -> None:
        super().__init__(
            "the request does not say its session's word",
            where=header,
            fix="send csrf_token of GET /api/v1/auth/session in this header",
        )
