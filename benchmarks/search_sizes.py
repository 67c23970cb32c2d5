"""What tables and indexes of the store take, each in MB (10^6 bytes) and per million utterances."""

from typing import Final

from sqlalchemy import text

from machine import Figures
from stimmung.store.database import Database
from text_bench import show

SEARCHED: Final = ("search_entries", "utterance_vectors")  # tables that only searches read
SIZES: Final = text(
    "SELECT c.relname, c.relkind = 'i', coalesce(t.relname, c.relname), pg_table_size(c.oid) / 1e6"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i') ORDER BY 4 DESC"
)
ROWS: Final = text("SELECT count(*) FROM search_entries")
LEAST: Final = 0.5  # MB; what is smaller is not listed


def index_sizes(database: Database) -> Figures:
    """Return the sizes of tables and indexes; `index_mb` is all indexes of the tables that only searches read."""
    found = database.run(lambda connection: connection.execute(SIZES).all())
    rows = int(database.run(lambda connection: connection.execute(ROWS).scalar_one()))
    million = max(rows, 1) / 1e6
    of: dict[str, Figures] = {"tables": {}, "indexes": {}}
    for name, is_index, _, mb in found:
        of["indexes" if is_index else "tables"][str(name)] = {"mb": float(mb), "mb_per_million": float(mb) / million}
    own = sum(float(mb) for _, is_index, table, mb in found if is_index and table in SEARCHED)
    return {"rows": rows, "index_mb": own, "index_mb_per_million": own / million, **of}


def show_sizes(sizes: Figures) -> None:
    """Print them, indexes first."""
    rows = [
        [name, kind, f"{own['mb']:.1f}", f"{own['mb_per_million']:.0f}"]
        for kind in ("indexes", "tables")
        for name, own in sizes[kind].items()
        if own["mb"] >= LEAST
    ]
    show(f"Sizes, {sizes['rows']} rows", ["", "", "MB", "MB per million rows"], rows)
