"""Makes the live call of a request, with what the deployment says of all its calls."""

from stimmung.api.live_parts import MakeCall
from stimmung.api.schemas import StartRequest
from stimmung.calls.distress import DistressJudge
from stimmung.calls.live import CallStart, LiveCall
from stimmung.calls.policy import deployment_of
from stimmung.calls.redactor_settings import redactor_of
from stimmung.speech.callinfo import with_usual_roles
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.settings import Settings


def call_maker(settings: Settings, engines: Engines, distress: DistressJudge) -> MakeCall:
    """Return the function that begins calls; it raises CallInfoError for roles that do not fit the channels."""
    deployment = deployment_of(settings.policy)
    redactor = redactor_of(settings.redaction, engines.names)  # keeps nothing: one for all calls
    transcription = TranscriptionOptions(settings.languages, settings.models.beam_size, settings.models.hotwords)

    def make(request: StartRequest) -> LiveCall:
        info = with_usual_roles(request.info, settings.roles)
        wire = request.wire
        start = CallStart(request.call_id, info, wire.channels, wire.sample_rate, deployment, transcription)
        return LiveCall(start, engines, distress, redactor)

    return make
