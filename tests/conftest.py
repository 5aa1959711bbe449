"""Fixtures many rooms share."""

import pytest
from hypothesis import settings

from oiscan.segmentation import Model
from tests.fakes import FakeModel, each_here, fake_segment

settings.register_profile("untimed", deadline=None)  # no test is timed: a busy machine is no defect
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that ships with oiscan."""
    return Model.load("default")


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """A stand-in for model and segmentation, wherever they are asked for; other processes would not have it."""
    fake = FakeModel()
    monkeypatch.setattr("oiscan.segmentation.Model.load", lambda name="default": fake)
    monkeypatch.setattr("oiscan.pipeline.segment", fake_segment)
    monkeypatch.setattr("oiscan.batch.pool.each", each_here)
    return fake
