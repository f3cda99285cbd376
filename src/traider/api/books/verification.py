"""The verification of the audit as work of its own: begun by one request, asked about by others."""

import threading
import time
from pathlib import Path

from traider.api.problems import ConflictError
from traider.api.shapes.audit import ChainEnd, FirstBad, VerdictShape, VerificationShape
from traider.compliance.reading import last_record
from traider.compliance.segments import audit_folder, list_segments
from traider.compliance.verification import (
    AuditVerification,
    VerifyTerms,
    verification_body,
    verify_audit,
)
from traider.domain.errors import TraiderError


class VerificationDesk:
    """Verifies the audit of one state folder, one at a time; threads may ask together."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._asked_by = ""
        self._begun_ns = self._ended_ns = 0
        self._checked = self._records = 0
        self._found: AuditVerification | None = None
        self._fault = ""

    def begin(self, asked_by: str) -> VerificationShape:
        """Begin to verify, in a thread.

        Raises:
            ConflictError: it is under way.
            UsageError: the run keeps no audit.
            DataError: its last line is no record.
        """
        folder = audit_folder(self._state)
        list_segments(folder)
        last = last_record(folder)
        with self._lock:
            if self._is_running:
                raise ConflictError(
                    "the audit is being verified",
                    where=str(folder),
                    fix="ask how far it is, and begin again when it is over",
                )
            self._asked_by, self._begun_ns, self._ended_ns = asked_by, time.time_ns(), 0
            self._checked, self._records = 0, 0 if last is None else last.seq + 1
            self._found, self._fault = None, ""
            self._thread = threading.Thread(target=self._work, name="verify", daemon=True)
            self._thread.start()
        return self.state()

    def state(self) -> VerificationShape:
        """Return how it stands."""
        with self._lock:
            found = self._found
            return VerificationShape(
                state=(
                    "never"
                    if not self._begun_ns
                    else "running"
                    if not self._ended_ns
                    else "failed"
                    if self._fault
                    else "done"
                ),
                asked_by=self._asked_by,
                begun_ns=self._begun_ns or None,
                ended_ns=self._ended_ns or None,
                records_checked=self._checked if found is None else found.verdict.records,
                records=self._records if found is None else found.verdict.records,
                verdict=None if found is None else verdict_shape(found),
                fault=self._fault,
            )

    def close(self) -> None:
        """Stop it."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    @property
    def _is_running(self) -> bool:
        return bool(self._begun_ns) and not self._ended_ns

    def _work(self) -> None:
        found, fault = None, ""
        try:
            terms = VerifyTerms(progress=self._told, stop=self._stop.is_set)
            found = verify_audit(self._state, terms)
        except TraiderError as told:
            fault = told.line()
        if self._stop.is_set():
            found, fault = None, "it was stopped"
        with self._lock:
            self._found, self._fault = found, fault
            self._ended_ns = time.time_ns()

    def _told(self, _share: float, records: int) -> None:
        self._checked = records


def verdict_shape(found: AuditVerification) -> VerdictShape:
    """Return what was found."""
    body = verification_body(found)
    head, bad = body["head"], body["first_bad"]
    return VerdictShape(
        **body
        | {
            "head": None if head is None else ChainEnd(**head),
            "first_bad": None if bad is None else FirstBad(**bad),
        }
    )
