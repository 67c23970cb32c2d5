"""What a search found, for programs."""

from dataclasses import asdict

from stimmung.store.search.language.describing import describe
from stimmung.store.search.language.query import Query
from stimmung.store.search.records import Found, Hit, Mode, Neighbour
from stimmung.store.search.saved import SavedSearch


def found_to_json(found: Found, query: Query, mode: Mode, why_words: str = "") -> dict[str, object]:
    """Return a page of hits; `next_page` is for --page, None on the last."""
    return {
        "understood": describe(query),
        "mode": mode,
        "why_words_only": why_words,
        "notes": [{"text": one.text, "instead": one.instead} for one in found.notes],
        "tried": list(found.tried),
        "total": found.total,
        "complete": found.complete,
        "hits": [_hit(one) for one in found.hits],
        "facets": None if found.facets is None else asdict(found.facets),
        "next_page": found.cursor,
    }


def saved_to_json(saved: SavedSearch) -> dict[str, object]:
    """Return a saved search."""
    return {"name": saved.name, "query": saved.query, "saved_at": saved.saved_at.isoformat()}


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "call_id": hit.call_id,
        "call_started_at": hit.call_started_at.isoformat() if hit.call_started_at else None,
        "queue": hit.queue,
        "team": hit.team,
        "utterance": hit.number,
        "role": hit.role,
        "language": hit.language,
        "start": hit.span.start,
        "end": hit.span.end,
        "said_at": hit.said_at.isoformat(),
        "text": hit.text,
        "marks": [list(mark) for mark in hit.marks],
        "found_by": list(hit.ways),
        "score": hit.score,
        "polarity": hit.polarity,
        "sentiment": hit.sentiment,
        "distress": hit.distress,
        "distress_state": hit.distress_state,
        "has_audio": hit.has_audio,
        "before": _beside(hit.before),
        "after": _beside(hit.after),
    }


def _beside(one: Neighbour | None) -> dict[str, object] | None:
    return None if one is None else {"utterance": one.number, "role": one.role, "start": one.start, "text": one.text}
