"""What tests of keeping share: a place where calls are kept in a list, and settings of a store of the test's own."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tests.api.toy_calls import ToyService
from tests.store.made_calls import policy

from stimmung.api.keepers import CallKeeper, KeepingCounts, Withdrawn
from stimmung.api.keeping import StoredLiveCall
from stimmung.api.session import Session
from stimmung.calls.erasure import withdraw_consent
from stimmung.calls.policy import may_keep_audio
from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.calls.redaction.records import Original
from stimmung.speech.records import Samples
from stimmung.speech.settings import RetentionSettings, Settings, StoreSettings
from stimmung.speech.wire import WireFormat

WIRE = WireFormat("s16le", 8_000, 2)


class Kept(list[CallAnalysis]):
    """Keeps calls in a list, or has a reason not to; for one call or all."""

    why = ""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Samples] = []
        self.ruled: list[bool] = []  # whether the sound may be kept
        self.forgotten = self.shown = 0
        self.steps: list[str] = []  # of withdrawals
        self.bug: Exception | None = None  # in the way of those
        self.go = threading.Event()
        self.go.set()

    def of_call(self, call_id: str, wire: WireFormat) -> CallKeeper:
        return self

    def look(self, call_id: str) -> CallAnalysis | None:
        return None

    def withdraw_call(self, call_id: str) -> Withdrawn:
        return "unknown"

    def counts(self) -> KeepingCounts:
        return KeepingCounts()

    def rule(self, policy: PolicyReport | None) -> None:
        self.ruled.append(may_keep_audio(policy))

    def hear(self, samples: Samples) -> str:
        self.heard.append(samples)
        return ""

    def forget(self) -> None:
        self.forgotten += 1

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        self.append(analysis)
        return self.why

    def show(self) -> bool:
        self.shown += 1
        if self.bug:
            raise self.bug
        return bool(self)

    def revoke(self) -> None:
        self.steps.append("revoke")

    def promise(self) -> None:
        self.steps.append("promise")
        if self.bug:
            raise self.bug

    def withdraw(self) -> bool:
        self.steps.append("withdraw")
        assert self.go.wait(60)
        if not self.bug and self:
            self.append(withdraw_consent(self[-1]))
        return not self.bug


def service(kept: Kept) -> ToyService:
    """Return a service that keeps calls, with one caller in distress."""
    made = ToyService(answer=lambda _job: "distressed")
    made.parts = replace(made.parts, keeping=kept)
    made.sessions._parts = made.parts
    return made


def through(session: Session) -> bool:
    """Say whether nothing more is to be told; a function, as it changes behind mypy's back."""
    return session.is_over


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run what a test does on an event loop of its own."""
    asyncio.run(test)


def scored(analysis: CallAnalysis) -> bool:
    """Say whether anything in an analysis was scored."""
    return bool(analysis.distress) or any(one.distress or one.text_emotion for one in analysis.utterances)


def withdraw(keeper: StoredLiveCall) -> bool:
    """Withdraw consent as the service does."""
    keeper.revoke()
    keeper.promise()
    return keeper.withdraw()


def settings_below(folder: Path) -> Settings:
    """Return settings of a store of the test's own."""
    long = RetentionSettings(text_days=36_500, audio_days=36_500)  # the calls of the tests began when they did
    return Settings(store=StoreSettings(data_dir=folder / "data"), retention=long)


def talked(keeper: StoredLiveCall, seconds: float) -> StoredLiveCall:
    """Have a call heard so long, a noise of its own on either channel; its sound may be kept."""
    keeper.rule(policy("granted"))
    noise = np.random.default_rng(1).standard_normal((WIRE.channels, round(seconds * WIRE.sample_rate)))
    keeper.hear(np.clip(0.1 * noise, -1.0, 1.0).astype(np.float32))
    return keeper
