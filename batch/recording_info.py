"""What is known of a recording before anyone listens: its sidecar file, overridden by options, then the settings."""

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from stimmung.calls.analysis import Recording
from stimmung.speech.callinfo import override_call_info, read_call_info, sidecar_of, with_usual_roles
from stimmung.speech.records import CallInfo, Role
from stimmung.speech.settings_sources import LoadedSettings

ONE_CALL_ROLES: tuple[Role, ...] = ("agent", "customer")  # the order of --one-call


def recording_info(recording: Recording, loaded: LoadedSettings, given: Mapping[str, object]) -> CallInfo:
    """Return what is known of the call. Of two files the first that has a sidecar file speaks for both.

    Roles: `--roles`, else the order of `--one-call`, else the sidecar file, else the settings. A language in the
    sidecar file gives way to `--language`, everything that `given` (--info) names to that. Raises CallInfoError for
    values that make no sense.
    """
    settings, origins = loaded.settings, loaded.origins
    described = next((file for file in recording.files if sidecar_of(file).exists()), recording.files[0])
    timezone = ZoneInfo(settings.timezone)
    info = override_call_info(read_call_info(described, timezone=timezone), given, "--info", timezone)
    if origins.get("languages") == "--language":
        info = replace(info, language=settings.languages[0] if len(settings.languages) == 1 else None)
    if origins.get("roles") == "--roles":
        return replace(info, roles=settings.roles)
    if len(recording.files) > 1:
        return replace(info, roles=ONE_CALL_ROLES)
    return with_usual_roles(info, settings.roles)
