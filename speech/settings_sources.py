"""Reads settings from options, environment and file, and remembers which of them gave each value.

Each source becomes a flat table `models.device → value and origin`; later tables win. So every error can name the
place to mend, and `stimmung config show` can say where a value came from.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from platformdirs import user_config_path
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import Settings

FILE_NAME = "stimmung.toml"
PREFIX = "STIMMUNG_"
# Variables under names that other tools and unit files know; they go before STIMMUNG_STORE__….
SHORT_VARIABLES: Mapping[str, str] = MappingProxyType(
    {"STIMMUNG_DATABASE_URL": "store.database_url", "STIMMUNG_SECRET_FILE": "store.secret_file"}
)
# In the user's words, what pydantic wanted, by the name of its error.
EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
        **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
        **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
        **dict.fromkeys(("string_type", "string_too_short", "path_type"), "a text that is not empty"),
        "too_short": "at least one entry",
        "tuple_type": "a list",
    }
)


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was written, the dotted key it is for and where it stood: a file, a variable or an option."""

    key: str
    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Valid settings, the file they were read from, and by dotted key the origin of all that is not a default."""

    settings: Settings
    file: Path | None
    origins: Mapping[str, str]


def load_settings(config: Path | None = None, options: Sequence[Given] = ()) -> LoadedSettings:
    """Merge defaults, the settings file, `STIMMUNG_*` and `options`, each over the ones before.

    Without `config` the file is ./stimmung.toml, else the one in the user's configuration folder, else none.
    Raises SettingsError that names the file, variable or option, the value, and what would be right.
    """
    file = config if config is not None else _find_file()
    given: dict[str, Given] = {}
    for source in (_from_file(file) if file else (), _from_environment(), options):
        given.update((item.key, item) for item in source)
    try:
        settings = Settings(**_nested(given))
    except ValidationError as error:
        message = "\n".join(_explain(problem, given) for problem in error.errors())
        raise SettingsError(message) from None  # pydantic's own text repeats the value, which may be a password
    return LoadedSettings(settings, file, {key: item.origin for key, item in given.items()})


def setting_fields(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield each setting with its dotted key, sections after the settings that stand alone."""
    for name, field in model.model_fields.items():
        section = _section(field)
        if section is None:
            yield prefix + name, field
        else:
            yield from setting_fields(section, f"{prefix}{name}.")


def variable_name(key: str) -> str:
    """Return the environment variable of a setting: `models.device` is `STIMMUNG_MODELS__DEVICE`."""
    return PREFIX + key.replace(".", "__").upper()


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _find_file() -> Path | None:
    places = (Path(FILE_NAME), user_config_path("stimmung", appauthor=False) / FILE_NAME)
    return next((place for place in places if place.is_file()), None)


def _from_file(file: Path) -> Iterator[Given]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))  # -sig: Windows editors write a mark first
    except OSError as error:
        raise SettingsError(f"{file}: cannot read the settings file: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not a TOML file: {error}") from error
    yield from _flat(content, str(file))


def _from_environment() -> Iterator[Given]:
    """Yield what `STIMMUNG_*` sets. Names that fit no setting are ignored unless they hold `__`.

    Kubernetes gives every pod variables such as STIMMUNG_PORT when a service is called stimmung.
    """
    names = {name.upper(): name for name in os.environ}  # variables count in any case, as pydantic-settings reads them
    for item in _flat(EnvSettingsSource(Settings)(), ""):
        yield Given(item.key, item.value, names.get(variable_name(item.key), variable_name(item.key)))
    for variable, key in SHORT_VARIABLES.items():
        if value := os.environ.get(variable):
            yield Given(key, value, variable)


def _flat(content: Mapping[str, Any], origin: str) -> Iterator[Given]:
    """Yield the leaves of a file's or environment's tree; Any: what a user wrote, not yet checked."""
    sections = {name for name, field in Settings.model_fields.items() if _section(field)}
    for name, value in content.items():
        if name not in sections:
            yield Given(name, value, origin)
        elif isinstance(value, Mapping):
            yield from (Given(f"{name}.{inner}", inner_value, origin) for inner, inner_value in value.items())
        else:
            where = origin or variable_name(name)
            raise SettingsError(
                f"{where}: {name} is a section and has no value of its own; set its parts, "
                f"[{name}] in the file or {variable_name(name)}__… in the environment"
            )


def _nested(given: Mapping[str, Given]) -> dict[str, Any]:
    tree: dict[str, Any] = {}  # Any: unchecked values on their way into pydantic
    for key, item in given.items():
        section, dot, name = key.partition(".")
        if dot:
            tree.setdefault(section, {})[name] = item.value
        else:
            tree[section] = item.value
    return tree


def _explain(problem: Mapping[str, Any], given: Mapping[str, Given]) -> str:
    """Say where the bad value stands and what would be right; never repeat a secret. `problem`: pydantic's record."""
    path = [str(part) for part in problem["loc"]]
    key = next(key for key in (".".join(path[:2]), path[0]) if key in given)
    if problem["type"] == "extra_forbidden":
        what = "section" if isinstance(given[key].value, Mapping) else "setting"
        return f"{given[key].origin}: there is no {what} {key}{_nearest(key, what)}"
    shown = "the value" if is_secret(dict(setting_fields())[key]) else repr(problem["input"])
    return f"{given[key].origin}: {key}: {shown} is not right; it takes {_expected(problem)}"


def _expected(problem: Mapping[str, Any]) -> str:
    """Say in the user's words what pydantic wanted."""
    context = problem.get("ctx", {})
    match problem["type"]:
        case "value_error":
            return str(context["error"])  # our own validators say what would be right
        case "literal_error":
            return str(context["expected"])
        case "greater_than_equal":
            return f"a number of at least {context['ge']:g}"
        case "greater_than":
            return f"a number above {context['gt']:g}"
        case "less_than_equal":
            return f"a number of at most {context['le']:g}"
        case kind:
            return EXPECTED.get(kind, str(problem["msg"]))


def _nearest(key: str, what: str) -> str:
    names = [name for name, _ in setting_fields()]
    if what == "section":
        names = sorted({name.partition(".")[0] for name in names if "." in name})
    by_last_part = {name.rpartition(".")[2]: name for name in names}  # so that a wrong section is found out too
    close = difflib.get_close_matches(key.rpartition(".")[2], by_last_part, n=1)
    return f"; did you mean {by_last_part[close[0]]}?" if close else f"; there are {', '.join(names)}"


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a setting must not be shown."""
    return SecretStr in get_args(field.annotation)


def unused_variables() -> list[str]:
    """Name the `STIMMUNG_*` variables that set nothing, so that a misspelt one can be found."""
    known = {variable_name(key) for key, _ in setting_fields()} | set(SHORT_VARIABLES)
    return sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def setting_value(settings: Settings, key: str) -> object:
    """Return the value of a dotted key."""
    value: object = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value
