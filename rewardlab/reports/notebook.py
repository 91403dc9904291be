"""A whole report as notebooks show it: its HTML format, in a frame of its own."""

from __future__ import annotations

import importlib
from html import escape
from typing import Any, ClassVar

from rewardlab.reports.section import Part

#: The frame's height in a notebook, in pixels. Its scripts run, and reach neither the notebook nor the network.
HEIGHT = 640
SANDBOX = "allow-scripts allow-downloads"
#: Columns that a format may draw, if it draws text.
WIDTH = 100


class Whole(Part):
    """A report that is shown by itself. `formats` is where its formats stand: the module, and the table's name there.

    Formats stand above reports, and most programs need none: the module is imported when a notebook asks.
    """

    formats: ClassVar[tuple[str, str]]

    def _repr_html_(self) -> str:
        return framed(self._page())

    def _page(self) -> str:
        """The whole HTML document."""
        return page_of(self, *self.formats)


def page_of(report: Any, module: str, name: str) -> str:
    """The report in the HTML of a table of formats."""
    display = importlib.import_module("rewardlab.formats.display").Display(WIDTH)
    page: str = getattr(importlib.import_module(module), name)["html"](report, display)
    return page


def framed(page: str) -> str:
    """A document inside another, whose styles and scripts it neither shares nor sees."""
    style = f"width:100%;height:{HEIGHT}px;border:1px solid #8884;border-radius:6px"
    return f'<iframe sandbox="{SANDBOX}" style="{style}" srcdoc="{escape(page)}"></iframe>'
