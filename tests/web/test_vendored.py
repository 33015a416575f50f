"""Files of others that ship with the product are the ones that were looked at."""

from __future__ import annotations

from hashlib import sha256

import pytest
from django.contrib.staticfiles import finders

CHARTS = "vendor/chart.js/chart.umd.min.js"
# That of chart.js 4.6.1 on npm without its last line, the reference to a source map.
CHECKSUM = "c17f2ce49fb9c71ef7fb39c03f868804ac5ab34730149976eebe6b7f807bef0c"


def read(name: str) -> bytes:
    path = finders.find(name)
    assert path
    with open(path, "rb") as file:  # noqa: PTH123 - a path that the finder gives as text
        return file.read()


def test_the_chart_library_is_the_pinned_file_with_its_licence() -> None:
    assert sha256(read(CHARTS)).hexdigest() == CHECKSUM
    assert b"MIT License" in read("vendor/chart.js/LICENSE.md")


@pytest.mark.parametrize("forbidden", [b"eval(", b"new Function", b"sourceMappingURL", b"innerHTML"])
def test_it_needs_nothing_that_the_policy_refuses(forbidden: bytes) -> None:
    assert forbidden not in read(CHARTS)
