"""The CSV in a real spreadsheet: every cell is a value, none a formula."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.reports.support import HOSTILE, report
from tests.reports.test_csv import scanned
from tests.tui.fake import FakeView

FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
LINK = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}a"
ROW = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row"
SEPARATORS = {"comma": "44", "semicolon": "59", "tab": "9"}


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_is_a_formula(separator: str, tmp_path: Path) -> None:
    """Each text of the corpus, split as spreadsheets of any locale do; 76 is UTF-8."""
    for name, text in HOSTILE.items():
        (tmp_path / f"{name}.csv").write_text(report(scanned(FakeView(traces=1, say=text)), "csv"), "utf-8")
    files = sorted(tmp_path.glob("*.csv"))
    out = tmp_path / "out"
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'home').as_uri()}",
         f"--infilter=CSV:{SEPARATORS[separator]},34,76,1", "--convert-to", "fods", "--outdir", str(out), *map(str, files)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    sheets = sorted(out.glob("*.fods"))
    assert len(sheets) == len(HOSTILE)
    for sheet in sheets:
        tree = ElementTree.parse(sheet)
        assert [e for e in tree.iter() if FORMULA in e.attrib] == [], sheet.name
        assert list(tree.iter(LINK)) == [], sheet.name
        assert len(list(tree.iter(ROW))) >= 9


def test_the_check_would_find_one(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text('"a"\n"=1+1"\n=2+2\n', "utf-8")
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'home').as_uri()}", "--infilter=CSV:44,34,76,1",
         "--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "bad.csv")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert any(FORMULA in e.attrib for e in ElementTree.parse(tmp_path / "bad.fods").iter())
