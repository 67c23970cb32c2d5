"""The key that guards the service: the one that was set, else one that is made for this machine only."""

import hmac
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from stimmung.speech.errors import SettingsError
from stimmung.speech.keyfile import read_or_make_key
from stimmung.speech.settings import ServeSettings


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """The key, and the file that holds it where nobody set one; no text of this record shows the key."""

    secret: str = field(repr=False)
    file: Path | None = None

    def fits(self, shown: str) -> bool:
        """Compare in a time that does not tell how much of a wrong key was right."""
        return hmac.compare_digest(shown.encode("utf-8", "replace"), self.secret.encode())


def service_key(serve: ServeSettings, file: Path) -> ServiceKey:
    """Return the key to ask for: `serve.api_key`, else that in `file`, which is made where there is none.

    Raises SettingsError where nobody set a key and others than this machine could connect, or the file cannot be used.
    """
    if serve.api_key is not None:
        return ServiceKey(serve.api_key.get_secret_value())
    if not is_loopback(serve.host):
        raise SettingsError(
            f"serve.host = {serve.host}: other machines could connect, and no key is set: set serve.api_key"
            " (STIMMUNG_SERVE__API_KEY), or listen on 127.0.0.1"
        )
    return ServiceKey(read_or_make_key(file), file)


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach `host`; of names only `localhost` is known to mean that."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
