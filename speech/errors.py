"""Everything that stimmung raises on purpose. The message names the bad value and the way out.

StimmungError
├── AudioError       a recording that cannot be read, or holds no sound
├── CallInfoError    a sidecar file or option about the call that makes no sense
├── SettingsError    a configuration value that cannot be used
└── WeightsError     a model that is missing, incomplete or not the one that was pinned
"""


class StimmungError(Exception):
    """Base of all errors that a user can mend; its text is shown without a traceback."""


class AudioError(StimmungError):
    """A recording that cannot be read, or holds no sound."""


class CallInfoError(StimmungError):
    """A sidecar file or an option about the call that makes no sense."""


class SettingsError(StimmungError):
    """A configuration value that cannot be used."""


class WeightsError(StimmungError):
    """A model that is missing, incomplete or not the one that was pinned."""
