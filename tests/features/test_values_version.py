"""What VALUES_VERSION stands for: every feature and shipped alpha gives what is pinned here.

A red test says that values changed, so hashes of definitions must change too: raise
``VALUES_VERSION`` and write the pins anew with ``python -m tests.features.values_version``.
Floats are compared with a tolerance, since another processor may round a logarithm otherwise.
"""

import json

import numpy as np
import pytest

from tests.features.values_version import PINNED, pinned_values
from traider.features.catalogue import CATALOGUE
from traider.features.definition import VALUES_VERSION
from traider.signals.loading import SHIPPED

pytestmark = pytest.mark.golden


def test_values_are_those_of_this_version() -> None:
    pinned = json.loads(PINNED.read_text(encoding="utf-8"))
    found = pinned_values()
    assert pinned["version"] == VALUES_VERSION
    assert pinned["columns"].keys() == found.keys()
    for name, numbers in found.items():
        np.testing.assert_allclose(
            numbers, pinned["columns"][name], rtol=1e-9, atol=1e-12, err_msg=name
        )


def test_every_feature_and_every_shipped_alpha_is_pinned() -> None:
    names = " ".join(json.loads(PINNED.read_text(encoding="utf-8"))["columns"])
    assert not [name for name in CATALOGUE if f"{name}(" not in names]
    assert not [name for name in SHIPPED if f"score_{name}" not in names]
