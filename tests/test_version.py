"""The version has one source, which the installed package's metadata and the command line repeat."""

import re
from importlib.metadata import PackageNotFoundError, version

import pytest

import cygrad as cg


def test_it_is_semantic() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", cg.__version__)


def test_the_metadata_has_it() -> None:
    try:
        found = version("cygrad")
    except PackageNotFoundError:
        pytest.skip("cygrad is on the path, but not installed")
    assert found == cg.__version__
