"""A live call's line on the board, kept up to date by its session. Pure, times are the server's clock (s)."""

from dataclasses import replace

from stimmung.api.board import BoardEntry
from stimmung.api.schemas import Phase, StartRequest
from stimmung.calls.records import CallerDistress, PolicyReport


class BoardView:
    """What the board is told of one call."""

    def __init__(self, request: StartRequest, now: float) -> None:
        info = request.info
        waits = request.phase == "waiting"
        known = info.wait_seconds is not None
        self._withholds = False
        self.entry = BoardEntry(
            call_id=request.call_id,
            heard_at=now,
            wait_began=now - (info.wait_seconds or 0.0) if waits or known else None,
            answered_at=None if waits else now,
            language=info.language,
            queue=info.queue,
            team=info.team,
        )

    def hear(self, arrived: float | None) -> None:
        """Note when the last sound came that everything is made of; None before any."""
        if arrived is not None:
            self.entry = replace(self.entry, heard_at=arrived)

    def judge(self, callers: tuple[CallerDistress, ...]) -> None:
        """Take in how the callers are."""
        if not self._withholds:
            self.entry = replace(self.entry, callers=callers)

    def speak(self, language: str) -> None:
        """Take in the language that was heard, where nobody had named one."""
        self.entry = replace(self.entry, language=self.entry.language or language or None)

    def change_phase(self, phase: Phase, now: float) -> None:
        """Note that the caller is answered, or waits anew."""
        if phase == self.entry.phase:
            return
        if phase == "in_conversation":
            self.entry = replace(self.entry, answered_at=now)
        else:
            self.entry = replace(self.entry, answered_at=None, wait_began=now)

    def rule(self, policy: PolicyReport | None) -> None:
        """Say why nobody is judged, where the policy forbids it for everybody who is no agent."""
        if policy is None or self._withholds:
            return
        rulings = [party.permissions.distress for party in policy.parties if party.role != "agent"]
        forbidden = [one.why for one in rulings if not one.allowed]
        why = forbidden[0] if forbidden and len(forbidden) == len(rulings) else ""
        self.entry = replace(self.entry, unscored=why)

    def erase_scores(self, why: str) -> None:
        """Forget who was judged how, and take in no more of it until that is permitted again."""
        self._withholds = True
        self.entry = replace(self.entry, callers=(), unscored=why)

    def permit_scores(self) -> None:
        """Take in how callers are from now on."""
        self._withholds = False
