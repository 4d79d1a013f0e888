"""What MkDocs is told of the site: the pages that lie elsewhere or are generated, their descriptions, the colours.

`mkdocs.yml` names this module. Pages stay as a code host shows them: their links are rewritten here, on the way.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import api_page
import command_pages
import function_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from notebook_page import notebook_page
from page_polish import polished
from site_places import FILES, MOVED, ROOT, links, place_of, relinked

_ALL_BELOW = re.compile(r"(?P<folder>[\w/]+)/\*")
"""An entry of the navigation that stands for all pages of a folder."""

_LANGUAGES = {".toml": "toml", ".py": "python", ".yml": "yaml", ".yaml": "yaml", ".json": "json"}

_WIDE_TABLE = re.compile(r"^\|(?:[^|\n]*\|){7,}[ ]*$", re.MULTILINE)
"""A table of seven columns or more needs the room of the table of contents."""

_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[`*]")
MOST_OPERATIONS = "DERIVCHECK_SITE_OPERATIONS"
"""The variable that says how many operations of the atlas get a page; without it, each of them."""

_LONGEST = 155
"""How many characters of a description a search engine shows."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that do not lie in docs/, and give the navigation what it calls all pages of a folder."""
    pages = dict(_generated())
    for file, place in MOVED.items():
        pages[place] = _moved(file)
    sources = {f"docs/{file.src_uri}": file.content_string for file in files if file.src_uri.endswith(".md")}
    sources |= {file: (ROOT / file).read_text("utf-8") for file in MOVED if file.endswith(".md")}
    pages |= dict(_linked_files(sources))
    for place, text in pages.items():
        files.append(File.generated(config, place, content=text))
    config.nav = _with_folders(
        config.nav, sorted(file.src_uri for file in files if file.src_uri.endswith(".md")), pages
    )
    return files


def _generated() -> Iterator[tuple[str, str]]:
    for place, text in command_pages.command_pages().items():
        yield place, _weighed(text, 8)
    yield function_page.PLACE, _weighed(function_page.function_page(), 8)
    yield api_page.PLACE, api_page.api_page()
    yield from _atlas()


def _weighed(text: str, weight: float) -> str:
    """A page that the search shows earlier than others, or later: a reference before what mentions it."""
    return f"---\nsearch:\n  boost: {weight}\n---\n{text}"


def _atlas() -> Iterator[tuple[str, str]]:
    """The pages of the atlas, or of so many of its operations as a test of the site wants."""
    sys.path.append(str(ROOT / "atlas"))
    from atlas_pages import site_pages  # a folder of scripts, which is on no path before

    most = os.environ.get(MOST_OPERATIONS)
    yield from site_pages(most=int(most) if most else None).items()


def _moved(file: str) -> str:
    """The text of a page that a code host shows in another place."""
    if file.endswith(".ipynb"):
        return relinked(notebook_page(ROOT / file), file, place_of(file))
    text = (ROOT / file).read_text("utf-8")
    if file.endswith(".md"):
        text = relinked(text, file, place_of(file))
        # The first page stands alone in its section; the others are for those who work on derivcheck.
        return f"---\nhide: [navigation]\n---\n{text}" if file == "README.md" else _weighed(text, 0.5)
    return f"# Licence\n\nderivcheck is free software, for everybody, under these terms:\n\n```text\n{text}```\n"


def _linked_files(sources: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A page for each file that some page links to and that is none: case files, and code."""
    found = {link.file for page, text in sources.items() for link in links(text, page)}
    for file in sorted(found):
        place = place_of(file)
        if place.startswith(f"{FILES}/"):
            text = (ROOT / file).read_text("utf-8")
            language = _LANGUAGES.get(Path(file).suffix, "text")
            # Nobody who searches for a function wants its hundredth use.
            head = f"---\nsearch:\n  exclude: true\ndescription: The file {file} of derivcheck.\n---\n# {file}\n\n"
            yield place, relinked(text, file, place) if file.endswith(".md") else f"{head}````{language}\n{text}````\n"


def _with_folders(nav: Any, every: list[str], generated: dict[str, str]) -> Any:
    """The navigation with the pages of each folder in the place of `folder/*`; generated ones in their order."""
    if isinstance(nav, list):
        return [entry for item in nav for entry in _entries(item, every, generated)]
    return nav


def _entries(item: Any, every: list[str], generated: dict[str, str]) -> Iterator[Any]:
    if isinstance(item, dict):
        filled = {title: _with_folders(below, every, generated) for title, below in item.items()}
        yield from [filled] if all(filled.values()) else []  # a folder may have no pages
    elif match := _ALL_BELOW.fullmatch(item):
        begin = f"{match['folder']}/"
        made = [place for place in generated if place.startswith(begin)]
        stored = [place for place in every if place.startswith(begin) and place not in generated]
        yield from sorted(made + stored, key=lambda place: not place.endswith("/index.md"))
    else:
        yield item


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Let the links of a page from docs/ lead to their places in the site, and say what the page is about."""
    place = page.file.src_uri
    if page.file.generated_by is None:
        markdown = relinked(markdown, f"docs/{place}", place)
    page.meta.setdefault("description", config.site_description if page.is_homepage else description(markdown))
    if _WIDE_TABLE.search(markdown):
        page.meta.setdefault("hide", ["toc"])
    return markdown


def description(markdown: str) -> str:
    r"""The first paragraph of a page as plain text, as far as a search engine shows it.

    Examples:
        >>> description("# Findings\n\nGradients *of torch* that are [wrong](truth.md).\n\nMore.")
        'Gradients of torch that are wrong.'
    """
    paragraphs = re.split(r"\n\s*\n", markdown)
    first = next((text for text in paragraphs if re.match(r"[\w*`\[]", text.strip())), "")
    plain = " ".join(_MARKUP.sub(lambda match: match[1] or "", first).split())
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST].rpartition(" ")[0].rstrip(",;:") + " …"


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Make the page better to look at."""
    return polished(html)
