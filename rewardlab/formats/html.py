"""An outline as one HTML page: no script, nothing loaded from elsewhere, readable in the dark and on paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from rewardlab.formats.outline import Outline, Part, Rows, Told

STYLE = """
:root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#cf222e;--open:#8a5a00;--soft:#8881}
@media (prefers-color-scheme:dark){:root{--good:#4ac26b;--bad:#ff7b72;--open:#e3b341}}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}
.good{color:var(--good)}.bad,.blocker{color:var(--bad)}.open,.warning{color:var(--open)}
ul{padding-left:1.2rem}article{border-left:3px solid var(--line);padding:0 0 0 1rem;margin:1rem 0}
article h3{margin:0}.remedy{margin:.25rem 0 0}.place{opacity:.8}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left;padding-left:0}
svg{display:block;width:100%;max-width:40rem;height:auto;margin:1rem 0}
text{font:11px system-ui,sans-serif;fill:currentColor}
footer{margin-top:2rem;opacity:.8;font-size:.9rem}
@media print{:root{color-scheme:light}body{max-width:none;margin:0}article,table,svg{break-inside:avoid}}
""".strip()


def page(outline: Outline) -> str:
    """The page, ending with a line break."""
    title = f"{outline.title}: {outline.verdict}"
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>",
        f'<h1 class="{outline.tone}">{escape(title)}</h1>',
    ]
    for part in outline.parts:
        lines += _part(part, alone=len(outline.parts) == 1)
    footer = f"<footer>rewardlab {escape(outline.version)} {escape(outline.command)}</footer>"
    return "\n".join([*lines, "</main>", footer, "</body></html>"]) + "\n"


def _part(part: Part, *, alone: bool) -> Iterator[str]:
    if alone:
        yield f"<p>{escape(part.subject)}</p>"
    else:
        yield f'<h2><span class="{part.tone}">{escape(part.verdict)}</span> {escape(part.subject)}</h2>'
    if part.lead:
        yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in part.lead) + "</ul>"
    yield from part.pictures
    if part.told:
        yield "<h2>Findings</h2>" if alone else ""
        for told in part.told:
            yield from _told(told)
    for rows in part.tables:
        yield from _table(rows)


def _told(told: Told) -> Iterator[str]:
    yield f'<article><h3><span class="{told.severity}">{escape(told.code)} {told.severity}'
    yield f"</span> {escape(told.title)}</h3>"
    if told.lines:
        yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in told.lines) + "</ul>"
    if told.place is not None and told.place.line is not None:
        yield f'<p class="place">{escape(told.place.path)}, line {told.place.line}</p>'
    if told.remedy:
        yield f'<p class="remedy">{escape(told.remedy)}</p>'
    yield "</article>"


def _table(rows: Rows) -> Iterator[str]:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows.header)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows.rows)
    yield f"<h3>{escape(rows.title.capitalize())}</h3>"
    yield f'<div class="scroll" role="region" aria-label="{escape(rows.title)}" tabindex="0">'
    yield f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
