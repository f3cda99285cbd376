"""A letter as a mail server gets it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

from traider.domain.ports import Alert, Severity
from traider.ops.notifying.group import Group
from traider.ops.notifying.mail import MailChannel, MailTerms

GROUP = Group(
    "traider paper",
    (Alert("feed", Severity.WARNING, "feed is stale\nBcc: all@example.org", "für 12 s"),),
    1_746_459_375_000_000_000,
)


class Server(socketserver.ThreadingTCPServer):
    """Takes letters, or answers ``refusal`` to their senders."""

    daemon_threads = True
    refusal = b""
    letters: list[bytes]


class Conversation(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as a letter needs."""

    server: Server

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if word == b"MAIL" and self.server.refusal:
                self.wfile.write(self.server.refusal)
            elif word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                self.server.letters.append(self._letter())
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"250 fine\r\n")

    def _letter(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        return b"".join(lines)


@contextmanager
def mail_server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Conversation) as server:
        server.letters = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def channel_to(server: Server) -> MailChannel:
    port = server.server_address[1]
    assert isinstance(port, int)
    terms = MailTerms("127.0.0.1", port, "none", "t@example.org", ("a@example.org", "b@e.org"))
    return MailChannel(terms, Severity.WARNING)


def test_a_letter_says_what_happened_and_no_alert_writes_its_headers() -> None:
    with mail_server() as server:
        delivery = channel_to(server).deliver(GROUP)

    assert delivery.is_done
    letter = message_from_bytes(server.letters[0], policy=default)
    assert letter["To"] == "a@example.org, b@e.org"
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("traider paper: WARNING: feed is stale Bcc:")
    assert letter["Date"].startswith("Mon, 05 May 2025 15:36:15")
    assert "für 12 s" in letter.get_content()


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() -> None:
    with mail_server() as server:
        server.refusal = b"451 later\r\n"
        busy = channel_to(server).deliver(GROUP)
        server.refusal = b"550 never\r\n"
        refused = channel_to(server).deliver(GROUP)
    gone = channel_to(server).deliver(GROUP)

    assert (busy.is_done, busy.may_try_again) == (False, True)
    assert (refused.is_done, refused.may_try_again) == (False, False)
    assert (gone.is_done, gone.may_try_again) == (False, True)
