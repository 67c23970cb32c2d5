"""Whatever analysis can be made is given back as it was, on each kind of server."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.analyses import TEXTS, analyses
from tests.store.made_calls import places_below
from tests.store.test_calls import kept_of, plain

from stimmung.calls.policy import may_name_agent
from stimmung.calls.records import CallAnalysis
from stimmung.store.calls import load_call, save_call
from stimmung.store.content import hash_live
from stimmung.store.database import Database
from stimmung.store.records import Provenance, SavedCall

PROVENANCES = st.builds(Provenance, TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(analysis=analyses(), provenance=PROVENANCES, session=st.uuids())
def test_any_analysis_comes_back(
    database: Database, analysis: CallAnalysis, provenance: Provenance, session: object
) -> None:
    places = places_below(database.data_dir)
    info = replace(analysis.info, call_id=str(session) if analysis.info.call_id else analysis.info.call_id)
    analysis = replace(analysis, info=info)
    saved = SavedCall(analysis, hash_live(info.call_id, str(session)), provenance, "live")
    done = save_call(database, places, saved)
    found = load_call(database, done.call_id)
    expected = kept_of(saved)
    if may_name_agent(analysis.policy):
        expected = replace(expected, info=replace(expected.info, agent=analysis.info.agent))
    assert plain(found.analysis) == plain(expected)
    assert found.provenance == provenance
    assert (found.customer is None) == (analysis.info.customer is None)
    assert (found.agent is None) == (analysis.info.agent is None)
    assert save_call(database, places, saved).outcome == "same"
