"""How common recorders call their files: what is publicly documented, and no guesses.

Recorders whose names an installation makes up itself (MiaRec, which records Cisco and Avaya systems, Vodia, plain
Asterisk) have no preset: their administrator knows the pattern.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice

from stimmung.batch.overnight.file_names import NameInfo, NamePattern, name_pattern, read_name
from stimmung.speech.errors import SettingsError

SUGGESTED_FROM = 0.8  # share of names that a preset has to fit before it is suggested
LOOKED_AT = 500  # names
MOMENT = "{started_at:%Y%m%d-%H%M%S}"


@dataclass(frozen=True, slots=True)
class NamePreset:
    """The patterns of a recorder, the first that fits counts, and where its names are documented."""

    name: str
    source: str
    patterns: tuple[NamePattern, ...]


def preset_names() -> tuple[str, ...]:
    """Return what presets there are."""
    return tuple(preset.name for preset in _presets())


def names_reader(text: str) -> NamePreset:
    """Return the preset of that name, else `text` as a pattern. Raises SettingsError."""
    preset = next((preset for preset in _presets() if preset.name == text.strip().lower()), None)
    if preset is not None:
        return preset
    if "{" not in text:
        raise SettingsError(
            f"batch.names = {text!r} is neither a preset nor a pattern; presets are {', '.join(preset_names())}, a "
            "pattern looks like {started_at:%Y%m%d-%H%M%S}_{queue}_{customer}"
        )
    return NamePreset("pattern", "settings", (name_pattern(text),))


def read_names(preset: NamePreset, path: str, zone: tzinfo) -> NameInfo | None:
    """Return what the first fitting pattern reads from `path`, as `read_name`; None if none fits."""
    for pattern in preset.patterns:
        found = read_name(pattern, path, zone)
        if found is not None:
            return found
    return None


def suggested_preset(paths: Iterable[str], zone: tzinfo) -> NamePreset | None:
    """Return the preset that fits most of the first 500 paths, if it fits four fifths of them."""
    looked_at = list(islice(paths, LOOKED_AT))
    if not looked_at:
        return None
    fits = {preset.name: sum(read_names(preset, path, zone) is not None for path in looked_at) for preset in _presets()}
    best = max(_presets(), key=lambda preset: fits[preset.name])
    return best if fits[best.name] >= SUGGESTED_FROM * len(looked_at) else None


def _presets() -> tuple[NamePreset, ...]:
    return (_freepbx(), _three_cx(), _fusionpbx(), _amazon_connect(), _genesys_cloud(), _vicidial())


def _freepbx() -> NamePreset:
    """FreePBX and Issabel: KIND-CALLED-CALLER-DAY-TIME-UNIQUEID, as the dialplan of FreePBX's module `callrecording`
    sets CALLFILENAME (functions.inc.php, context sub-record-check); its kinds are told in a comment there.
    """
    end = f"-{MOMENT}-{{call_id}}"
    inbound, outbound = {"direction": "inbound"}, {"direction": "outbound"}
    patterns = (
        name_pattern(f"out-{{customer}}-{{agent}}{end}", outbound),
        name_pattern(f"in-{{called}}-{{customer}}{end}", inbound),
        name_pattern(f"external-{{agent}}-{{customer}}{end}", inbound),
        name_pattern(f"q-{{queue}}-{{customer}}{end}", inbound),
        name_pattern(f"rg-{{ring_group}}-{{customer}}{end}", inbound),
        name_pattern(f"{{recorded_as}}-{{called}}-{{caller}}{end}"),  # exten, internal, force, conf…: whose is open
    )
    return NamePreset("freepbx", "FreePBX, module callrecording, functions.inc.php", patterns)


def _three_cx() -> NamePreset:
    """3CX: [NAME]_FROM-TO_TIME(NUMBER), as in the examples of a public migration script (GitHub,
    sashintulsiram/callcabinet, 3cxmoverecdata.sh). Extensions have two to five digits, numbers outside more; the name
    in brackets is left out.
    """
    end = "_{started_at:%Y%m%d%H%M%S}({*})"
    patterns = (
        name_pattern(f"[{{*}}]_{{caller:2-5 digits}}-{{called:2-5 digits}}{end}"),
        name_pattern(f"[{{*}}]_{{agent:2-5 digits}}-{{customer}}{end}", {"direction": "outbound"}),
        name_pattern(f"[{{*}}]_{{customer}}-{{agent:2-5 digits}}{end}", {"direction": "inbound"}),
    )
    return NamePreset("3cx", "github.com/sashintulsiram/callcabinet, 3cxmoverecdata.sh", patterns)


def _fusionpbx() -> NamePreset:
    """FusionPBX on FreeSWITCH: archive/YEAR/MONTH/DAY/UUID, as its dialplan sets record_path and record_name
    (docs.fusionpbx.com and github.com/fusionpbx/fusionpbx, dialplan `user_record`).
    """
    pattern = name_pattern("archive/{started_at:%Y}/{started_at:%b}/{started_at:%d}/{call_id}")
    return NamePreset("fusionpbx", "github.com/fusionpbx/fusionpbx, dialplan user_record", (pattern,))


def _amazon_connect() -> NamePreset:
    """Amazon Connect: CONTACT_TIME_UTC, as in docs.aws.amazon.com/connect/latest/adminguide/set-up-recordings.html."""
    pattern = name_pattern("{call_id}_{started_at:%Y%m%dT%H:%M_%Z}")
    return NamePreset("amazon-connect", "docs.aws.amazon.com/connect, set up recording behavior", (pattern,))


def _genesys_cloud() -> NamePreset:
    """Genesys Cloud's export to S3: folders for day, hour (UTC) and conversation, the recording's number as the name
    (help.mypurecloud.com/articles/working-with-exported-recordings-in-aws-s3-bucket).
    """
    day = "year={started_at:%Y}/month={started_at:%-m}/day={started_at:%-d}/hour={started_at:%-H}"
    pattern = name_pattern(f"{day}/conversation_id={{conversation_id}}/{{call_id}}", zone=UTC)
    return NamePreset("genesys-cloud", "help.mypurecloud.com, exported recordings in an S3 bucket", (pattern,))


def _vicidial() -> NamePreset:
    """VICIdial: FULLDATE_CUSTPHONE, the default of the campaign's setting "Campaign Rec Filename", or
    FULLDATE_CUSTPHONE_CAMPAIGN_AGENT (VICIdial Manager Manual); the mixed file's name ends in `-all`.
    """
    starts = (f"{MOMENT}_{{customer}}", f"{MOMENT}_{{customer}}_{{queue}}_{{agent}}")
    patterns = tuple(name_pattern(start + end) for start in starts for end in ("-all", ""))
    return NamePreset("vicidial", "VICIdial Manager Manual, Campaign Rec Filename", patterns)
