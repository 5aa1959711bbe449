"""A trained model on disk: found by name, verified against its card, run by ONNX Runtime on one thread."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from oiscan.anatomy import View
from oiscan.errors import ModelError
from oiscan.scan import ImageArray
from oiscan.segmentation.calibration import Calibration
from oiscan.segmentation.preprocess import CROP_FIELD, CROP_PX

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

CARD = "card.json"
FINDER_MULTIPLE = 32
FORMAT = 3
"""Of a model folder: one more whenever networks are given or give something else, or others take part."""

_REINSTALL = "install oiscan again, or retrain and export the model anew"


@dataclass(frozen=True, eq=False)
class Model:
    """The networks of one model folder. Build it with `Model.load`.

    Parameters
    ----------
    name
        As the card gives it.
    folder
        Where the files lie.
    sha256
        Over the sorted lines "name sha256" of all weight files, and over the calibration where there is one: changes
        when anything does that a result depends on.
    card
        What `card.json` says: training, metrics, intended use.
    calibrations
        What turns the refiner's spread into errors, by view; none for a view that was not calibrated.

    Notes
    -----
    A model pickles as its folder, so that a spawned worker loads and verifies it for itself.
    """

    name: str
    folder: Path
    sha256: str
    card: dict[str, Any] = field(repr=False)
    calibrations: dict[View, Calibration] = field(default_factory=dict, repr=False)
    _sessions: dict[str, InferenceSession] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, name_or_path: str | Path = "default", calibrated: bool = True) -> Model:
        """Find a model by name (see `available_models`) or by its folder, and verify its files.

        With `calibrated` False the card's calibration is left aside, as for fitting a new one.

        Raises
        ------
        ModelError
            No such model, a file missing or altered, or a card that cannot be used.
        """
        folder = _folder(name_or_path)
        card = _read_card(folder)
        for file, expected in card["files"].items():
            _verify(folder / file, expected)
        told = (card.get("calibration") or {}) if calibrated else {}
        return cls(str(card["name"]), folder, _model_hash(card["files"], told), card, _calibrations(told, folder))

    def __reduce__(self) -> tuple[Any, ...]:
        return Model.load, (self.folder, bool(self.calibrations))

    @property
    def views(self) -> tuple[View, ...]:
        """The views this model can segment."""
        return tuple(view for view in View if view.value in self.card["views"])

    @property
    def calibrated(self) -> bool:
        """Whether the landmarks' covariance is that of their errors, in every view; else it is only a rank."""
        return set(self.views) <= set(self.calibrations)

    def find(self, view: View, image: ImageArray) -> tuple[ImageArray, ImageArray, ImageArray]:
        """Run the finder on a picture of any size, and the namer where the model has one.

        The namer is a second finder. Of its answers only those that names come from are taken: S1 and the levels.

        Parameters
        ----------
        view
            Lateral pictures must show the patient facing right.
        image
            (height, width) float32 between 0 and 1, about 1 mm a pixel for an adult.

        Returns
        -------
        heat, corners, level
            (2, h, w) logits, (8, h, w) offsets and (18, h, w) log-probabilities at a quarter of the size
            (see `oiscan.segmentation.finder.decode`).
        """
        height, width = image.shape
        padding = ((0, -height % FINDER_MULTIPLE), (0, -width % FINDER_MULTIPLE))
        padded = np.pad(image.astype(np.float32, copy=False), padding)[None, None]
        outputs = self._session(view, "finder").run(["heat", "corners", "level"], {"image": padded})
        heat, corners, level = (np.asarray(output)[0] for output in outputs)
        if f"{view.value}_namer.onnx" in self.card["files"]:
            named, level = (one[0] for one in self._session(view, "namer").run(["heat", "level"], {"image": padded}))
            heat = np.stack([heat[0], named[1]])
        return heat, corners, level

    def refine(self, view: View, crops: ImageArray) -> tuple[ImageArray, ...]:
        """Run the refiner on crops (n, 96, 96).

        Returns
        -------
        landmarks, covariance, quality, doubled, mask
            (n, k, 2) and (n, k, 2, 2) as (x, y) in crop pixels, (n,), (n,) and (n, 48, 48) probabilities. The
            covariance is calibrated where the model is.
        """
        wanted = ["landmarks", "covariance", "quality", "doubled", "mask"]
        session, inputs = self._session(view, "refiner"), crops[:, None, None].astype(np.float32, copy=False)
        each = [session.run(wanted, {"crop": one}) for one in inputs]  # all at once, they leave the processor's cache
        landmarks, covariance, quality, doubled, mask = map(np.concatenate, zip(*each, strict=True))
        if view in self.calibrations:
            covariance = self.calibrations[view].apply(covariance)
        return landmarks, covariance, quality, doubled, mask[:, 0]

    def _session(self, view: View, network: str) -> InferenceSession:
        key = f"{view.value}_{network}"
        if key not in self._sessions:
            if view not in self.views:
                raise ModelError(f"model {self.name} has no networks for {view.value} scans; choose another model")
            self._sessions[key] = _session(self.folder / f"{key}.onnx")
        return self._sessions[key]


def available_models() -> tuple[str, ...]:
    """Names of the installed models, sorted. Cheap: runs and verifies nothing."""
    return tuple(sorted({card.parent.name for root in _roots() for card in root.glob(f"*/{CARD}")}))


def _roots() -> list[Path]:
    """Folders that hold models: `models/` of a checkout first, so that weights installed earlier never shadow it."""
    checkout = [Path(__file__).parents[2] / "models"]
    spec = importlib.util.find_spec("oiscan_models")  # in an installed wheel the folder is a package of data
    return checkout + [Path(place) for place in (spec and spec.submodule_search_locations) or ()]


def _folder(name_or_path: str | Path) -> Path:
    named = [root / str(name_or_path) for root in _roots()] if isinstance(name_or_path, str) else []
    for folder in (*named, Path(name_or_path)):
        if (folder / CARD).is_file():
            return folder.resolve()
    known = ", ".join(available_models()) or "none"
    raise ModelError(
        f"there is no model '{Path(name_or_path).name}': give a folder with a {CARD}, or an installed model ({known})"
    )


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        made_for = {(view["crop_px"], view["crop_field"], view.get("format")) for view in card["views"].values()}
        needed = {f"{view}_{network}.onnx" for view in card["views"] for network in ("finder", "refiner")}
        complete = bool(card["name"]) and bool(needed) and needed <= set(card["files"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{CARD} of model '{folder.name}' cannot be used ({error!r}); {_REINSTALL}") from error
    if not complete:
        raise ModelError(f"{CARD} of model '{folder.name}' does not name all its networks' files; {_REINSTALL}")
    if made_for != {(CROP_PX, CROP_FIELD, FORMAT)}:
        raise ModelError(f"model '{folder.name}' was made for another version of oiscan; {_REINSTALL}")
    return dict(card)


def _verify(path: Path, expected: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path.name} of model '{path.parent.name}' is missing; {_REINSTALL}") from error
    if found != expected:
        raise ModelError(f"{path.name} of model '{path.parent.name}' is not the file its card names; {_REINSTALL}")


def _model_hash(files: dict[str, str], calibration: dict[str, Any]) -> str:
    lines = [f"{name} {sha256}" for name, sha256 in sorted(files.items())]
    if calibration:
        lines.append(f"calibration {json.dumps(calibration, sort_keys=True)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _calibrations(told: dict[str, Any], folder: Path) -> dict[View, Calibration]:
    try:
        return {view: Calibration.from_card(told[view.value]) for view in View if told.get(view.value)}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ModelError(f"the calibration in {CARD} of model '{folder.name}' cannot be used: {error}") from error


def one_thread() -> SessionOptions:
    """How every network is run: on one thread, so that results do not depend on a machine's cores.

    Memory is given back after every scan: scans differ in size, and what onnxruntime would keep for each size it ever
    met grows with their number.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a batch runs one process a core; more threads only get in each other's way
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return options


def _session(path: Path) -> InferenceSession:
    import onnxruntime

    return onnxruntime.InferenceSession(path, one_thread(), providers=["CPUExecutionProvider"])
