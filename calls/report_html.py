"""A report as one HTML file that fetches nothing: charts inside, light or dark as the reader's screen is, printable.

Whatever a caller said or somebody called a queue is escaped, and the page forbids itself scripts and addresses.
"""

from collections.abc import Iterator
from html import escape

from stimmung.calls.report_charts import chart_svg
from stimmung.calls.report_measures import Table
from stimmung.calls.report_records import Report
from stimmung.calls.report_sections import CallBlock, Section, Telling, Tile, pages_of

STYLE = """
:root { color-scheme: light dark; --back: #fff; --ink: #1c1c1c; --pale: #f2f2f0; --line: #d5d5d0; --dim: #5c5c5c; }
@media (prefers-color-scheme: dark) {
  :root { --back: #161616; --ink: #e8e8e6; --pale: #232323; --line: #3b3b3b; --dim: #a6a6a2; }
}
* { box-sizing: border-box; }
body { background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  margin: 0 auto; max-width: 68rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { border-top: 1px solid var(--line); font-size: 1.15rem; margin: 2rem 0 .5rem; padding-top: 1rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.dim, header p { color: var(--dim); }
.tiles { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); margin: 1rem 0; }
.tiles div { background: var(--pale); border-radius: .4rem; padding: .6rem .8rem; }
.tiles dt { color: var(--dim); font-size: .85rem; }
.tiles dd { font-size: 1.3rem; font-variant-numeric: tabular-nums; margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .93rem; font-variant-numeric: tabular-nums; margin: .5rem 0 1rem; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .55rem; text-align: right; vertical-align: top; }
td { white-space: nowrap; }
th { color: var(--dim); font-size: .85rem; font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
td:first-child, td.text { overflow-wrap: anywhere; white-space: normal; }
td:first-child { min-width: 8rem; }
td.text { text-align: left; }
.call { background: var(--pale); border-radius: .4rem; break-inside: avoid; margin: .75rem 0; padding: .7rem .9rem; }
.call p { margin: 0 0 .3rem; max-width: none; }
.call ul { margin: .3rem 0; padding-left: 1.2rem; }
q { font-style: italic; overflow-wrap: anywhere; }
code { background: var(--back); border: 1px solid var(--line); border-radius: .25rem; display: inline-block;
  font: .85em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; margin: .1rem .4rem .1rem 0; overflow-wrap: anywhere;
  padding: 0 .4rem; user-select: all; }
svg { color: var(--ink); display: block; height: auto; margin: .5rem 0 1rem; max-width: 44rem; width: 100%; }
svg text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif !important; }
@media print {
  :root { --back: #fff; --ink: #000; --pale: #f4f4f2; --line: #bbb; --dim: #444; }
  body { font-size: 10pt; max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  table, svg { break-inside: avoid; }
  .wide { overflow: visible; }
}
"""
NUMBER = 32  # letters; of a cell that is one or two numbers with the calls behind them
# No address may be reached: the page holds all that it needs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_html(report: Report, telling: Telling) -> str:
    """Return the page."""
    pages = pages_of(report, telling)
    body = [
        f"<header><h1>{escape(pages.title)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in pages.lines),
        "</header>",
        *_tiles(pages.tiles),
        *(part for section in pages.sections for part in _section(section, report, telling)),
    ]
    head = (
        f'<!DOCTYPE html>\n<html lang="{telling.words.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(pages.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    return head + "\n".join(body) + "\n</body>\n</html>\n"


def _tiles(tiles: tuple[Tile, ...]) -> Iterator[str]:
    if tiles:
        inner = "".join(f"<div><dt>{escape(one.name)}</dt><dd>{escape(one.value)}</dd></div>" for one in tiles)
        yield f'<dl class="tiles">{inner}</dl>'


def _section(section: Section, report: Report, telling: Telling) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(section.title)}</h2>"
    for text in section.paragraphs:
        yield f'<p class="dim">{escape(text)}</p>'
    for block in section.blocks:
        yield from _block(block)
    if section.chart:
        yield chart_svg(section.chart, report, telling.numbers)
    for table in section.tables:
        yield from _table(table)
    yield "</section>"


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide"><table>'
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    yield f"<thead><tr>{head}</tr></thead>"
    for row in table.rows:
        yield f"<tr>{''.join(_cell(cell) for cell in row)}</tr>"
    yield "</table></div>"


def _cell(text: str) -> str:
    """Return a cell; what is too long for a number may be broken into lines."""
    return f'<td class="text">{escape(text)}</td>' if len(text) > NUMBER else f"<td>{escape(text)}</td>"


def _block(block: CallBlock) -> Iterator[str]:
    yield f'<div class="call"><h3>{escape(block.call_id)}</h3><p class="dim">{escape(block.facts)}</p>'
    if block.reasons:
        reasons = (
            f"<li>{escape(one.text)} ({escape(one.time)}){f': <q>{escape(one.quote)}</q>' if one.quote else ''}</li>"
            for one in block.reasons
        )
        yield f"<ul>{''.join(reasons)}</ul>"
    yield f"<p>{' '.join(f'<code>{escape(one)}</code>' for one in block.commands)}</p></div>"
