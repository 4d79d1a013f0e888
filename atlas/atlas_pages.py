"""The pages of the atlas, which the site takes: all are made from the rows and the findings that are committed.

python atlas/atlas_pages.py FOLDER [--most N]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import changes_page
import findings_page
import front_page
import operation_page
from atlas_operations import FOLDER, by_operation, latest, rows_of
from findings import operations as named
from findings import read

INDEX = "atlas/index.md"


def site_pages(folder: Path = FOLDER, *, most: int | None = None) -> dict[str, str]:
    """The pages as Markdown, by their places in the site.

    Args:
        folder: where the rows are.
        most: so many operations at most, the worst first; for tests of the site, which need not see each of them.
    """
    files = latest(folder)
    before = sorted(file for file in folder.glob("torch-*-*.jsonl") if file not in files)[-1:]
    findings = read()
    rows = rows_of(files)
    operations = by_operation(rows, findings)
    if most is not None:
        chosen = sorted(operations, key=lambda one: (not one.rows, -len(one.findings)))[:most]
        operations = [operation for operation in operations if operation in chosen]
    version = rows[0].torch if rows else "2.13.0"
    pages = {
        INDEX: front_page.page(operations, len(findings), len(named(findings))),
        "atlas/findings.md": findings_page.page(findings, version),
        "atlas/changes.md": changes_page.page(files, before, version),
    }
    for operation in operations:
        pages[f"atlas/{operation.place}"] = operation_page.page(operation)
    return pages


def main() -> None:
    """Write the pages into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, help="so many operations at most")
    options = parser.parse_args()
    for place, text in site_pages(most=options.most).items():
        file = options.folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
