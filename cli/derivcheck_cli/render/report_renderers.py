"""The table of output formats in files, which are loaded only where a report is written."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from derivcheck.settings import Report
from derivcheck_cli.render.html import HtmlRenderer
from derivcheck_cli.render.interface import Renderer, Sink
from derivcheck_cli.render.junit import JUnitRenderer
from derivcheck_cli.render.markdown import MarkdownRenderer
from derivcheck_cli.render.sarif import SarifRenderer

REPORT_RENDERERS: MappingProxyType[Report, Callable[[Sink, bool], Renderer]] = MappingProxyType(
    {
        Report.JUNIT: lambda sink, strict: JUnitRenderer(sink, strict=strict),
        Report.SARIF: lambda sink, _: SarifRenderer(sink),
        Report.HTML: lambda sink, _: HtmlRenderer(sink),
        Report.MARKDOWN: lambda sink, _: MarkdownRenderer(sink),
    }
)
"""What writes a report to a file; the second argument says whether warnings count as failures."""
