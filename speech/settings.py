"""What a deployment can choose: frozen sections with defaults that need no file, no network and no account.

The docstring under each setting is also its help: `stimmung config docs` turns them into docs/settings.md.
Where the values come from is `settings_sources`'s matter; constructing `Settings()` reads neither file nor environment.
"""

import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from stimmung.speech.records import Country, Role

Language = Literal["de", "en"]
ComputeType = Literal[
    "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32"
]
EMBEDDED_TEXT = "mood-de-en"  # the text model that comes with stimmung
EMBEDDED_VOICE = "voice-emodb"  # the head of the voice model that comes with stimmung
NO_MODEL = "none"
DATABASE_SCHEMES = ("postgresql://", "postgresql+psycopg://", "postgres://")
KEY_CHARACTERS = r"[A-Za-z0-9\-._~+/=]{16,}"  # of a bearer token (RFC 6750), long enough that nobody guesses it
SECTION = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _split_commas(value: object) -> object:
    """Let `agent,customer` stand for a list: environment variables and options have no brackets."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder, such as "Europe"
        raise ValueError("a time zone of the IANA database such as Europe/Berlin or UTC") from error
    return name


def _postgres_only(url: SecretStr | None) -> SecretStr | None:
    if url is not None and not url.get_secret_value().startswith(DATABASE_SCHEMES):
        raise ValueError("a PostgreSQL address such as postgresql://user:password@host/database")
    return url


def _fit_for_a_header(key: SecretStr | None) -> SecretStr | None:
    if key is not None and not re.fullmatch(KEY_CHARACTERS, key.get_secret_value()):
        raise ValueError(
            "a key of at least 16 letters, digits and -._~+/= without blanks, such as openssl rand -hex 32 prints"
        )
    return key


def _expand_home(path: Path) -> Path:
    return path.expanduser()


def _readable_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"a regular expression such as KD[0-9]{{8}} ({error})") from error
    return pattern


def _queue_with_days(text: str) -> str:
    if not re.fullmatch(r"[^=]+=\d{1,5}/\d{1,5}", text):
        raise ValueError("a queue with its days as queue=audio/text, such as complaints=7/30")
    return text


def _two_halves(text: str) -> str:
    first, _, second = text.partition("/")
    if not first or not second or "/" in second or first.casefold() == second.casefold():
        raise ValueError("two different endings of names as FIRST/SECOND, such as -in/-out")
    return text


def _field_of_xml(text: str) -> str:
    key, _, path = text.partition("=")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key) or not path.strip():
        raise ValueError("a key and where its value stands as KEY=PATH, such as agent=call/agent/@id")
    return text


def _one_german_word(word: str) -> str:
    if not re.fullmatch(r"[^\W\d_]{3,40}", word):
        raise ValueError("words of 3 to 40 letters, without blanks, hyphens and digits, such as Glasfaseranschluss")
    return word


Folder = Annotated[Path, AfterValidator(_expand_home)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_readable_pattern)]
CompoundWord = Annotated[str, AfterValidator(_one_german_word)]
QueueDays = Annotated[str, AfterValidator(_queue_with_days)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Wait = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Halves = Annotated[str, AfterValidator(_two_halves)]
XmlField = Annotated[str, AfterValidator(_field_of_xml)]


class ModelSettings(BaseModel):
    """Which models run, and how."""

    model_config = SECTION

    whisper: Annotated[str, Field(min_length=1)] = "base"
    """Recognition model: `base` is the one that comes with stimmung; any other name is fetched from the hub
    (`large-v3-turbo`), a folder is used as it is."""
    text: Annotated[str, Field(min_length=1)] = EMBEDDED_TEXT
    """Text model, which reads sentiment and emotion from the words: `mood-de-en` comes with stimmung and knows German
    and English; any other name is fetched from the hub (`oliverguhr/german-sentiment-bert`), a folder is used as it
    is, and `none` leaves the words unscored."""
    voice: Annotated[str, Field(min_length=1)] = EMBEDDED_VOICE
    """Voice model, which reads arousal, valence and emotion from the sound: `voice-emodb` comes with stimmung; a folder
    is used as it is, such as a head trained with `stimmung models train-voice`; any other name is a transformers model
    that is fetched from the hub (`audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim`, whose licence forbids
    commercial use), and `none` leaves the voices unscored."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where models run; `auto` takes the GPU where there is one."""
    compute_type: ComputeType = "auto"
    """Arithmetic of the recognition model; `auto` is `int8` on the processor and `float16` on a GPU."""
    beam_size: Annotated[int, Field(ge=1, le=20)] = 1
    """How many readings the recogniser weighs at a time: 1 is quick, 5 is slower and a little more accurate."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Processor threads for recognition; 0 takes the cores that the process may use, the CPU quota of a container
    included."""
    hotwords: str | None = None
    """Names and product words that the recogniser should expect, separated by blanks. At most about 40 words are heard,
    and more cost accuracy."""
    cache: Folder | None = None
    """Folder for models that were joined or fetched, relative to where stimmung is started; unset: the user's cache
    folder."""


class PolicySettings(BaseModel):
    """What may be computed about whom ([the rules](policy.md)); unset, no voice is scored and nobody is ranked."""

    model_config = SECTION

    purpose: str | None = None
    """Why the deployment analyses calls, in words that can be shown to a caller. Voice emotion and distress need it."""
    legal_basis: str | None = None
    """Legal basis for analysing a customer's voice and for saying who needs help first; unset: neither is computed."""
    notice_de: str | None = None
    """German wording of the notice that callers hear. Voice emotion needs the notice in the call's language, in both
    languages where the call's is not known beforehand."""
    notice_en: str | None = None
    """English wording of the notice that callers hear; as above."""
    country: Country = "eu"
    """Profile of rules to follow: `eu`, or `de` with what Germany adds to them."""
    works_agreement: str | None = None
    """Reference of the works agreement that permits views of single agents, such as its title and date. Talk metrics
    are shown with the single call in any case; `report --by-agent` adds up talk metrics by agent, and whatever adds up
    calls must ask the permission `agent_statistics`, which needs this setting."""
    keep_original: bool = False
    """Whether the words as they were said may be kept beside the redacted ones, encrypted under a key of their own, and
    be shown with `--unredacted`; every look at them is recorded."""


class RedactionSettings(BaseModel):
    """What is taken out of transcripts and sound besides what always is: card, account, tax, insurance and phone
    numbers, addresses, dates of birth, passwords and names.
    """

    model_config = SECTION

    customer_numbers: Annotated[tuple[Pattern, ...], BeforeValidator(_split_commas)] = ()
    """Patterns (regular expressions, without commas) of your own customer, contract and order numbers, written as
    digits and letters without blanks, such as `KD[0-9]{8}`; spoken ones are found by the same patterns. Without any, a
    number is taken for one where the words before it say so."""
    names_model: Annotated[str, Field(min_length=1)] = NO_MODEL
    """Model that finds names in text: the name of a token classification model on the hub or a folder; `none` finds
    names by what is said before them, and those that are spelled."""


class StoreSettings(BaseModel):
    """Where analysed calls are kept."""

    model_config = SECTION

    database_url: Annotated[SecretStr | None, AfterValidator(_postgres_only)] = None
    """PostgreSQL to use; unset: a private one is started on this machine. Also read from `STIMMUNG_DATABASE_URL`,
    which goes first. It is a secret and is never printed."""
    data_dir: Folder | None = None
    """Folder for the private database, redacted audio, backups and keys; only its owner can read it. Unset: the user's
    data folder."""
    secret_file: Folder | None = None
    """File with the secret that turns customer keys into pseudonyms, made at first use. Also read from
    `STIMMUNG_SECRET_FILE`, which goes first. Unset: `secret` in the data folder. Without it nobody can find a
    customer's calls again."""
    keep_audio: Literal["redacted", "none"] = "redacted"
    """Whether the sound of a call is kept, as Opus with a tone over everything that was redacted; a call whose consent
    does not permit it is never kept."""


class RetentionSettings(BaseModel):
    """How long what was kept stays; `stimmung retention run` removes what is older."""

    model_config = SECTION

    audio_days: Days = 30
    """Days after the call until its sound is removed."""
    text_days: Days = 90
    """Days after the call until the whole call is removed."""
    queues: Annotated[tuple[QueueDays, ...], BeforeValidator(_split_commas)] = ()
    """Queues with days of their own, each as `queue=audio/text`, such as `complaints=7/30`."""
    backup_days: Days = 30
    """Days until a backup in the data folder is removed."""
    audit_days: Days = 365
    """Days until the record of a look, a playback, an export or an erasure is removed."""


class SearchSettings(BaseModel):
    """How kept calls are searched."""

    model_config = SECTION

    compound_words: Annotated[tuple[CompoundWord, ...], BeforeValidator(_split_commas)] = ()
    """German words of your own that longer ones are made with: products, tariffs, devices. With `Zappelino` a
    `Superzappelino` is found by that word; a capital within a name parts it, so that `SmartTarif` is found by `Tarif`,
    too. Usual words need not be named. After a change kept calls are made ready anew at the next search, or by
    `stimmung db migrate`; whatever uses one database must have the same."""


class ServeSettings(BaseModel):
    """How `stimmung serve` listens, to how many calls, and when it gives one up."""

    model_config = SECTION

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address to listen on. Any other than this machine's own (`127.0.0.1`, `::1`, `localhost`) needs `api_key`."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8710
    """Port to listen on; 0 takes a free one."""
    api_key: Annotated[SecretStr | None, AfterValidator(_fit_for_a_header)] = None
    """Key that every request must show, as `Authorization: Bearer KEY`; only `/healthz` and `/readyz` are open. Unset:
    one is made once and kept in a file that only you can read, where `stimmung live` finds it. It is a secret and is
    never printed."""
    max_calls: Annotated[int, Field(ge=0)] = 0
    """How many calls are heard at a time; any more are refused with 503 and are told when to try again. 0 takes four
    for each processor core that recognition may use (`models.threads`). Where a GPU hears it is still the processor's
    cores that count: set what yours holds."""
    order: Literal["distress_first", "first_come"] = "distress_first"
    """Whose utterances are heard first when there is more to hear than the machine can: those of callers in distress,
    or whoever ended first. The latter is there to compare with."""
    save: bool = False
    """Whether calls that ended are kept in the store, redacted, as `stimmung analyze --save` keeps recordings; their
    sound too, under `store.keep_audio` and what the policy permits."""
    partials: bool = True
    """Whether the words of an utterance that still goes on may be sent; a call asks for them when it starts."""
    resume_seconds: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] = 30.0
    """How long a call waits for its sender after the connection was lost; then it ends with what was heard."""
    keep_finished_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 900.0
    """How long the analysis of a call that ended can still be fetched."""
    start_seconds: Seconds = 10.0
    """How long a connection may stay without saying what it wants; then it is closed."""
    silence_warning_seconds: Seconds = 5.0
    """After how long without any sound data a call's sender is warned. Silence on the line is data, too."""
    silence_close_seconds: Seconds = 60.0
    """After how long without any sound data a connection is closed; the call ends `resume_seconds` later."""
    drain_seconds: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] = 30.0
    """How long the server, once told to stop, goes on to finish what calls have said so far."""
    access_log: bool = False
    """Whether each request is logged: who, what, with which status; never its key nor anything after `?`."""


class BatchSettings(BaseModel):
    """How recordings are [found, named and paired](sources.md), and [done overnight](overnight.md)."""

    model_config = SECTION

    patterns: Annotated[tuple[str, ...], BeforeValidator(_split_commas), Field(min_length=1)] = (
        "*.wav", "*.flac", "*.mp3", "*.ogg", "*.opus", "*.m4a", "*.gsm", "*.amr", "*.wma", "*.aac", "*.au", "*.aiff",
        "*.webm", "*.ulaw", "*.alaw", "*.sln", "*.sln16",
    )  # fmt: skip
    """Names of files that are recordings; capitals do not matter. A pattern with `/` is compared with the path below
    the folder, one that begins with `!` leaves files out, such as `!*test*`."""
    names: Annotated[str, Field(min_length=1)] | None = None
    """What files are called: a preset such as `freepbx`, or a pattern such as
    `{started_at:%Y%m%d-%H%M%S}_{queue}_{customer}`. Unset: nothing is read from names."""
    settle_seconds: Wait = 30.0
    """How long a file must have stayed as it is before it counts as written to its end."""
    pair_suffixes: Annotated[tuple[Halves, ...], BeforeValidator(_split_commas)] = (
        "-in/-out", "_in/_out", "-rx/-tx", "_rx/_tx", "-a/-b", "_a/_b", "-left/-right", "_left/_right",
        ".agent/.customer", "-agent/-customer", "_agent/_customer",
    )  # fmt: skip
    """How the names of two mono files of one call end, each as `FIRST/SECOND`: the first is the first channel of
    `roles`. Endings called `agent` and `customer` say themselves who speaks."""
    pair_wait_seconds: Wait = 300.0
    """How long half a pair waits for the other before it is taken for a recording of its own."""
    xml_fields: Annotated[tuple[XmlField, ...], BeforeValidator(_split_commas)] = ()
    """Where an XML file beside the recording says what is known of the call, each as `KEY=PATH`, such as
    `agent=call/agent/@id`. Unset: elements are read that have the names of the keys."""
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    """How many processes analyse recordings, each with models of its own: one for each GPU. On a processor one is best,
    since it uses all cores."""
    at_once: Annotated[int, Field(ge=0, le=256)] = 0
    """How many recordings a process works on at a time; 0 takes one more than there are processor cores."""
    sound_hours: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] = 4.0
    """Hours of decoded sound, channels added up, that a process may have in memory before it decodes another recording;
    an hour takes 230 MB."""
    recycle_recordings: Annotated[int, Field(ge=1)] = 1_000
    """After how many recordings a process makes way for a fresh one."""
    recycle_mb: Annotated[int, Field(ge=1)] = 1_024
    """How many megabytes a process may have grown before it makes way for a fresh one."""
    grace_seconds: Wait = 600.0
    """How long recordings that are under way may go on when a run is to end (`--until`, Ctrl-C); then they are given
    back and wait for the next run."""


class Settings(BaseSettings):
    """All settings. Frozen: what is shared is built from them once."""

    model_config = SettingsConfigDict(
        env_prefix="STIMMUNG_",
        env_nested_delimiter="__",
        env_ignore_empty=True,  # compose files and unit files pass `NAME=` for "not set"
        enable_decoding=False,  # lists arrive as `a,b`, not as JSON
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    roles: Annotated[tuple[Role, ...], BeforeValidator(_split_commas)] = ()
    """Who speaks on which channel, first channel first: `agent`, `customer` or `unknown`. A recording's own
    `NAME.call.json` goes before it; channels that nobody named are `unknown`. On a mono recording, where all
    speak on one channel, several roles mean nothing and are not used."""
    languages: Annotated[tuple[Language, ...], BeforeValidator(_split_commas), Field(min_length=1)] = ("de", "en")
    """Languages that may be heard, `de` and `en`; of several the recogniser picks one for each call."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Berlin"
    """Time zone of times that name none, and of times that are shown; stored times are UTC."""
    models: ModelSettings = ModelSettings()
    policy: PolicySettings = PolicySettings()
    redaction: RedactionSettings = RedactionSettings()
    store: StoreSettings = StoreSettings()
    retention: RetentionSettings = RetentionSettings()
    search: SearchSettings = SearchSettings()
    serve: ServeSettings = ServeSettings()
    batch: BatchSettings = BatchSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments only, so that building settings has no hidden input; the others are left out on purpose."""
        return (init_settings,)
