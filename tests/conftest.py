"""Fixtures many rooms share."""

import pytest

from oiscan.segmentation import Model
from tests.fakes import FakeModel, fake_segment


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that ships with oiscan."""
    return Model.load("default")


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """A stand-in for model and segmentation, wherever they are asked for."""
    fake = FakeModel()
    monkeypatch.setattr("oiscan.segmentation.Model.load", lambda name="default": fake)
    monkeypatch.setattr("oiscan.pipeline.segment", fake_segment)
    return fake
