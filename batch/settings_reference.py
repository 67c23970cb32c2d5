"""docs/settings.md, made from the settings themselves: each with its default, its variable and its docstring."""

from pydantic.fields import FieldInfo

from stimmung.speech.settings import Settings
from stimmung.speech.settings_sources import SHORT_VARIABLES, setting_fields, variable_name

OPENING = """\
# Settings

<!-- Made by `stimmung config docs > docs/settings.md`; edit the docstrings in speech/settings.py instead. -->

Nothing needs to be set. What is set is taken, each over the ones before, from:

1. the settings file: `--config FILE`, else `stimmung.toml` in the current folder, else `stimmung.toml` in your
   configuration folder (`~/.config/stimmung` on Linux, `~/Library/Application Support/stimmung` on macOS,
   `%LOCALAPPDATA%\\stimmung` on Windows); only the first that exists is read;
2. environment variables; empty ones count as not set; lists are separated by commas;
3. options of the command, such as `--device`.

`stimmung config show` prints every value and where it came from. A key in the file that does not exist is an error.

```toml
roles = ["agent", "customer"]

[models]
device = "cpu"
beam_size = 5
```
"""


def settings_reference() -> str:
    """Return the page as Markdown."""
    parts = [OPENING]
    section = None
    for key, field in setting_fields():
        if key.rpartition(".")[0] != section:
            section = key.rpartition(".")[0]
            parts.append(_section_head(section))
        parts.append(_entry(key, field))
    return "\n".join(parts)


def _section_head(name: str) -> str:
    if not name:
        return "## General\n"
    kind = Settings.model_fields[name].annotation
    text = (kind.__doc__ if kind else None) or ""
    return f"## `[{name}]`\n\n{text.strip()}\n"


def _entry(key: str, field: FieldInfo) -> str:
    variables = [*(short for short, meant in SHORT_VARIABLES.items() if meant == key), variable_name(key)]
    named = " or ".join(f"`{name}`" for name in variables)
    text = " ".join((field.description or "").split())
    return f"### `{key}`\n\n{text}\n\nDefault: {_default(field)} · Variable: {named}\n"


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"  # as TOML and variables have it
    if isinstance(value, float):
        return f"`{value:g}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{part}"' for part in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"
