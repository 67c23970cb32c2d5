"""A report as Markdown; what callers said is escaped, so that it is neither markup nor HTML."""

import re
from collections.abc import Iterator

from stimmung.calls.report_measures import Table
from stimmung.calls.report_records import Report
from stimmung.calls.report_sections import CallBlock, Section, Telling, pages_of

SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
LISTS = re.compile(r"^(\d*)([-+.)])(?=\s)")


def report_markdown(report: Report, telling: Telling) -> str:
    """Return the report, ended by a line break."""
    pages = pages_of(report, telling)
    parts = [f"# {plain(pages.title)}", *(plain(line) for line in pages.lines)]
    if pages.tiles:
        parts.append("\n".join(f"- {plain(one.name)}: **{plain(one.value)}**" for one in pages.tiles))
    parts += [part for section in pages.sections for part in _section(section)]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    """Return a text on one line that Markdown shows as it is."""
    return LISTS.sub(r"\1\\\2", SIGNS.sub(r"\\\1", _one_line(text)))


def _one_line(text: str) -> str:
    """Return the text on a line, without signs that a terminal would obey."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable() or sign == "\N{NO-BREAK SPACE}")


def _section(section: Section) -> Iterator[str]:
    yield f"## {plain(section.title)}"
    yield from (plain(text) for text in section.paragraphs)
    yield from (_block(block) for block in section.blocks)
    yield from (_table(table) for table in section.tables)


def _block(block: CallBlock) -> str:
    lines = [f"### {plain(block.call_id)}", "", plain(block.facts), ""]
    for one in block.reasons:
        lines.append(f"- {plain(one.text)} ({one.time})" + (f": “{plain(one.quote)}”" if one.quote else ""))
    lines += ["", "```sh", *(_one_line(command) for command in block.commands), "```"]
    return "\n".join(lines)


def _table(table: Table) -> str:
    ruler = "|".join(("---", *("---:" for _ in table.header[1:])))
    rows = (" | ".join(plain(cell) for cell in row) for row in (table.header, *table.rows))
    first, *others = (f"| {row} |" for row in rows)
    return "\n".join((first, f"|{ruler}|", *others))
