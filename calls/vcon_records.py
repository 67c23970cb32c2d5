"""The wire form of a vCon, as far as this project writes one: draft-ietf-vcon-vcon-core-03, syntax 0.4.0.

Of the extensions: `CC` (draft-ietf-vcon-cc-extension-02) for who is agent and customer, and `wtf_transcription`
(draft-howe-vcon-wtf-extension-02) for the words with their times.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Index = Annotated[int, Field(ge=0)]  # of a party or a dialog, from 0
Channel = Index | list[Index] | None  # who is on a channel of a recording; None: nobody


class _Wire(BaseModel):
    """What is not known is left out."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # it may hold what somebody said
    )


class Redacted(_Wire):
    """That something was taken out of this vCon, and what; without a uuid there is none that holds it still."""

    type: str


class Party(_Wire):
    """Who takes part; `role` is of CC."""

    name: str
    type: Literal["person"] = "person"
    role: Literal["agent", "customer"] | None = None


class Dialog(_Wire):
    """A recording, its sound by reference or not at all; `interaction_id` is of CC."""

    type: Literal["recording"] = "recording"
    start: str
    duration: Annotated[float, Field(ge=0.0)]
    parties: list[Channel] | Index
    originator: Index | None = None
    mediatype: Literal["audio/ogg"] = "audio/ogg"  # of the redacted sound; readers want it without sound too
    filename: str | None = None
    url: Annotated[str, Field(pattern="^https://")] | None = None
    content_hash: Annotated[str, Field(pattern="^sha512-[A-Za-z0-9_-]{86}$")] | None = None
    interaction_id: str | None = None


class Analysis(_Wire):
    """Something that was found out about the dialogs."""

    type: str
    dialog: Index | None = None
    vendor: str
    product: str | None = None
    schema_: Annotated[str, Field(alias="schema")]
    encoding: Literal["json"] = "json"
    mediatype: Literal["application/json"] = "application/json"
    body: JsonValue


class VCon(_Wire):
    """A conversation."""

    vcon: Literal["0.4.0"] = "0.4.0"
    uuid: str
    created_at: str
    extensions: list[str]
    redacted: Redacted
    parties: list[Party]
    dialog: list[Dialog]
    analysis: list[Analysis]
