"""Where a file of the repository stands in the site, and where its links lead there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

ROOT = Path(__file__).resolve().parents[1]

MOVED = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "license.md",
    "benchmarks/README.md": "benchmarks.md",
    "docs/tutorial.ipynb": "tutorial.md",
}
"""Pages of the site that a code host shows in another place."""

FILES = "files"
"""The folder of the site for the files that a page links to and that are no pages, such as case files."""

_FENCE = re.compile(r"^(?P<fence>`{3,})[^\n]*\n.*?^(?P=fence)`*[ ]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"(?P<named>\[(?:docs/)?\w+\.(?:md|ipynb)\]|\])\((?!\w+:|#|/)(?P<path>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)"
)
"""A relative link, from the end of its text on; the whole of it where its text is the name of a page's file."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relative link of a page, and where it stands in the text."""

    start: int
    end: int
    file: str
    """The file that it leads to, from the root of the repository."""
    anchor: str
    is_named_by_file: bool
    """Whether its text is the name of the file."""


def links(text: str, page: str) -> Iterator[Link]:
    """The links of a page, which is given from the root of the repository, to files that are there.

    What looks like a link within a block of code is none.
    """
    code = [match.span() for match in _FENCE.finditer(text)]
    for match in _LINK.finditer(text):
        file = normpath(PurePosixPath(page).parent / match["path"])
        in_code = any(start <= match.start() < end for start, end in code)
        if not in_code and not file.startswith("..") and (ROOT / file).is_file():
            yield Link(*match.span(), file, match["anchor"] or "", match["named"] != "]")


def place_of(file: str) -> str:
    """Where a file of the repository stands in the site.

    Examples:
        >>> place_of("README.md"), place_of("docs/truth.md"), place_of("expressions/tensors.toml")
        ('index.md', 'truth.md', 'files/expressions/tensors.toml.md')
        >>> place_of("docs/pictures/map.svg")
        'pictures/map.svg'
    """
    if file in MOVED:
        return MOVED[file]
    if file.startswith("docs/"):
        return file.removeprefix("docs/")
    return f"{FILES}/{file}" if file.endswith(".md") else f"{FILES}/{file}.md"


def title_of(file: str) -> str:
    """The title of a page of the repository, its first heading."""
    text = (ROOT / file).read_text("utf-8")
    heading = re.search(r'(?:^|")# (?P<title>[^\n"]*?)(?:\\n)?(?:"|$)', text, re.MULTILINE)
    return heading["title"] if heading else file


def relinked(text: str, page: str, place: str) -> str:
    """The text of a page with its links as they are in the site, where it stands at a place of its own.

    A link that has the name of a file for its text gets the title of that page: in the site the files are no files.

    Examples:
        >>> relinked("see [the changes](../CHANGELOG.md#unreleased)", "docs/ci.md", "ci.md")
        'see [the changes](changelog.md#unreleased)'
        >>> relinked("[docs/truth.md](docs/truth.md)", "README.md", "index.md")
        '[How the truth is found](truth.md)'
    """
    parts, done = [], 0
    for link in links(text, page):
        target = relpath(place_of(link.file), str(PurePosixPath(place).parent))
        end = f"[{title_of(link.file)}]" if link.is_named_by_file else "]"
        parts += [text[done : link.start], f"{end}({target}{link.anchor})"]
        done = link.end
    return "".join([*parts, text[done:]])
