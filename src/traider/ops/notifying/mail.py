"""Alerts by e-mail, over SMTP."""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from traider.domain.ports import Severity
from traider.ops.notifying.channel import DONE, Delivery
from traider.ops.notifying.group import Group, cut

_TIMEOUT_S: Final = 15.0
_SUBJECT_MAX: Final = 200
_NS_PER_S: Final = 1_000_000_000
_PASSES: Final = 500
"""Answers from here on say that it will never be taken."""


@dataclass(frozen=True)
class MailTerms:
    """A server of mail, and who gets it."""

    host: str
    port: int
    security: str
    """``starttls``, ``tls`` or ``none``."""
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)


class MailChannel:
    """Sends each group as one plain letter."""

    name = "email"
    keeps_open = False

    def __init__(self, terms: MailTerms, least: Severity) -> None:
        self.least, self._terms = least, terms

    def deliver(self, group: Group) -> Delivery:
        """Send what ``group`` says."""
        try:
            with self._server() as server:
                if self._terms.user:
                    server.login(self._terms.user, self._terms.password)
                server.send_message(self._letter(group))
        except smtplib.SMTPAuthenticationError as fault:
            return Delivery(why=f"the mail server took no password ({fault.smtp_code})")
        except smtplib.SMTPResponseException as fault:
            may_pass = fault.smtp_code < _PASSES
            return Delivery(may_try_again=may_pass, why=f"it answered {fault.smtp_code}")
        except smtplib.SMTPRecipientsRefused:
            return Delivery(why="the mail server takes no mail for these people")
        except (OSError, smtplib.SMTPException) as fault:
            words = getattr(fault, "strerror", None) or type(fault).__name__
            return Delivery(may_try_again=True, why=f"the mail server cannot be used ({words})")
        return DONE

    def _server(self) -> smtplib.SMTP:
        """Return a connection.

        Raises:
            OSError: there is none.
            SMTPException: it does not speak as it must.
        """
        terms, context = self._terms, ssl.create_default_context()
        if terms.security == "tls":
            return smtplib.SMTP_SSL(terms.host, terms.port, timeout=_TIMEOUT_S, context=context)
        server = smtplib.SMTP(terms.host, terms.port, timeout=_TIMEOUT_S)
        if terms.security == "starttls":
            server.starttls(context=context)
        return server

    def _letter(self, group: Group) -> EmailMessage:
        letter = EmailMessage()
        # A line break in a subject would begin another header.
        letter["Subject"] = cut(" ".join(group.headline.split()), _SUBJECT_MAX)
        letter["From"] = self._terms.sender
        letter["To"] = ", ".join(self._terms.to)
        letter["Date"] = format_datetime(datetime.fromtimestamp(group.at_ns // _NS_PER_S, UTC))
        letter["Message-ID"] = make_msgid(domain="traider")
        letter.set_content("\n".join(group.lines()) + "\n")
        return letter
