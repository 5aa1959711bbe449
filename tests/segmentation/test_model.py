import hashlib
import json
import pickle
import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.errors import ModelError
from oiscan.segmentation import model as room
from oiscan.segmentation.model import FORMAT, Model, available_models

FILES = {"lateral_finder.onnx": b"finder", "lateral_refiner.onnx": b"refiner", "weights.safetensors": b"weights"}


def write_card(folder: Path, **changes: object) -> None:
    weights = [path for path in folder.iterdir() if path.suffix in (".onnx", ".safetensors")]
    card = {
        "name": "tiny",
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in weights},
        "views": {"lateral": {"finder_pixels_per_mm": 1.0, "crop_px": 96, "crop_field": 2.0, "format": FORMAT}},
    }
    (folder / "card.json").write_text(json.dumps(card | changes), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    write_card(folder)
    return folder


def test_a_folder_is_loaded_and_described(folder: Path) -> None:
    model = Model.load(folder)
    assert (model.name, model.views) == ("tiny", (View.LATERAL,))
    assert model.card["views"]["lateral"]["crop_px"] == 96


def test_the_hash_is_that_of_the_sorted_names_and_hashes(folder: Path) -> None:
    lines = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(FILES.items())]
    assert Model.load(folder).sha256 == hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_an_altered_file_is_named_with_a_remedy(folder: Path) -> None:
    (folder / "weights.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError, match=r"weights\.safetensors of model 'tiny' is not the file.*install oiscan again"):
        Model.load(folder)


def test_a_missing_file_is_named_with_a_remedy(folder: Path) -> None:
    (folder / "lateral_refiner.onnx").unlink()
    with pytest.raises(ModelError, match=r"lateral_refiner\.onnx of model 'tiny' is missing; install oiscan again"):
        Model.load(folder)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"name": "tiny"}', '{"name": "x", "files": {}, "views": {}}'])
def test_a_broken_card_is_no_crash(folder: Path, content: str) -> None:
    (folder / "card.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"card\.json of model 'tiny'"):
        Model.load(folder)


def test_a_card_must_vouch_for_every_network(folder: Path) -> None:
    write_card(folder, files={"lateral_finder.onnx": hashlib.sha256(b"finder").hexdigest()})
    with pytest.raises(ModelError, match="does not name all"):
        Model.load(folder)


@pytest.mark.parametrize(
    "told", [{"crop_px": 64, "crop_field": 1.7, "format": FORMAT}, {"crop_px": 96, "crop_field": 2.0}]
)
def test_crops_of_another_size_and_other_outputs_need_another_version(folder: Path, told: dict[str, float]) -> None:
    write_card(folder, views={"lateral": told})
    with pytest.raises(ModelError, match="another version"):
        Model.load(folder)


def test_models_are_found_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_roots", lambda: [folder.parent])
    (folder.parent / "no_model").mkdir()
    assert available_models() == ("tiny",)
    assert Model.load("tiny").folder == folder.resolve()
    with pytest.raises(ModelError, match=r"no model 'huge'.*\(tiny\)"):
        Model.load("huge")


def test_models_are_found_in_an_installed_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """Weights of an installed wheel are the data of a package named `oiscan_models`."""
    site = tmp_path / "site"
    (site / "oiscan_models").mkdir(parents=True)
    folder.rename(site / "oiscan_models" / "installed_only")
    monkeypatch.setattr(sys, "meta_path", [PathFinder])  # whatever an editable install of this checkout put there
    monkeypatch.syspath_prepend(str(site))
    assert "installed_only" in available_models()
    assert Model.load("installed_only").name == "tiny"


def test_a_model_pickles_as_its_folder(folder: Path) -> None:
    model = pickle.loads(pickle.dumps(Model.load(folder)))
    assert (model.name, model.folder) == ("tiny", folder.resolve())
    (folder / "lateral_finder.onnx").write_bytes(b"altered")
    with pytest.raises(ModelError):
        pickle.loads(pickle.dumps(model))


CALIBRATION = {
    "simulated": True,
    "lateral": {"axis_factor": [[0.5, 1.0]] * 6, "spread_px": [1.0], "spread_factor": [2.0],
                "region_radius": {"0.68": 1.5, "0.95": 2.8}},
}  # fmt: skip


def test_a_card_without_calibration_makes_an_uncalibrated_model(folder: Path) -> None:
    assert not Model.load(folder).calibrated
    write_card(folder, calibration=None)
    assert not Model.load(folder).calibrated


def test_calibration_is_part_of_the_model_and_of_its_hash(folder: Path) -> None:
    plain = Model.load(folder).sha256
    write_card(folder, calibration=CALIBRATION)
    model = Model.load(folder)
    assert model.calibrated
    assert model.calibrations[View.LATERAL].radius == {0.68: 1.5, 0.95: 2.8}
    assert model.sha256 != plain
    left_aside = pickle.loads(pickle.dumps(Model.load(folder, calibrated=False)))
    assert (left_aside.calibrated, left_aside.sha256) == (False, plain)
    assert pickle.loads(pickle.dumps(model)).sha256 == model.sha256


def test_a_model_with_one_view_of_two_calibrated_is_not_calibrated(folder: Path) -> None:
    for network in ("finder", "refiner"):
        (folder / f"ap_{network}.onnx").write_bytes(b"network")
    geometry = {"finder_pixels_per_mm": 1.0, "crop_px": 96, "crop_field": 2.0, "format": FORMAT}
    write_card(folder, calibration=CALIBRATION, views={"lateral": geometry, "ap": geometry})
    model = Model.load(folder)
    assert (model.views, list(model.calibrations), model.calibrated) == (tuple(View), [View.LATERAL], False)


@pytest.mark.parametrize("wrong", [[1], {"lateral": 3}, {"lateral": {"axis_factor": [[1, 1]]}}])
def test_a_broken_calibration_is_no_crash(folder: Path, wrong: object) -> None:
    write_card(folder, calibration=wrong)
    with pytest.raises(ModelError, match="calibration"):
        Model.load(folder)


def test_a_view_the_model_was_not_trained_for(folder: Path) -> None:
    with pytest.raises(ModelError, match="no networks for ap scans"):
        Model.load(folder).find(View.AP, np.zeros((32, 32), np.float32))


def test_looking_for_models_loads_no_heavy_library() -> None:
    code = "import sys, oiscan.segmentation as s; s.available_models(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"onnxruntime", "torch", "cv2", "pandas"} & set(loaded)


def test_networks_run_on_pictures_of_any_size(tmp_path: Path) -> None:
    write_networks(tmp_path)
    write_card(tmp_path)
    model = Model.load(tmp_path)
    image = np.zeros((70, 40), np.float32)
    image[:4, :4] = 0.5
    heat, corners, level = model.find(View.LATERAL, image)
    assert (heat.shape, corners.shape, level.shape) == ((2, 24, 16), (8, 24, 16), (18, 24, 16))
    assert (heat[:, 0, 0] == 8).all()
    assert not heat[:, 1:].any()
    crops = np.zeros((3, 96, 96), np.float32)
    crops[1, 40:42, 50:52] = 0.5
    landmarks, covariance, quality, doubled, mask = model.refine(View.LATERAL, crops)
    assert (landmarks.shape, covariance.shape) == ((3, 6, 2), (3, 6, 2, 2))
    np.testing.assert_allclose(quality, crops.mean((1, 2)))
    np.testing.assert_allclose(doubled, crops.mean((1, 2)))
    assert np.argwhere(mask).tolist() == [[1, 20, 25]]
    write_card(tmp_path, calibration=CALIBRATION)
    calibrated = Model.load(tmp_path).refine(View.LATERAL, crops)[1]
    stretch = np.array([[0.25, 0.5], [0.5, 1.0]]) * 2**2  # x halved, then both doubled
    np.testing.assert_allclose(calibrated, covariance * stretch, rtol=1e-6)


def test_s1_and_levels_are_the_namers_where_there_is_one(tmp_path: Path) -> None:
    write_networks(tmp_path, namer_gain=3)
    write_card(tmp_path)
    heat, corners, level = Model.load(tmp_path).find(View.LATERAL, np.full((32, 32), 0.5, np.float32))
    assert (heat[0] == 8).all()
    assert (corners == 8).all()
    assert (heat[1] == 24).all()
    assert (level == 24).all()


def test_a_namer_the_card_does_not_vouch_for_takes_no_part(tmp_path: Path) -> None:
    write_networks(tmp_path, namer_gain=3)
    without = [path.name for path in tmp_path.iterdir() if path.name != "lateral_namer.onnx"]
    write_card(tmp_path, files={name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in without})
    heat, _, level = Model.load(tmp_path).find(View.LATERAL, np.full((32, 32), 0.5, np.float32))
    assert (heat == 8).all()
    assert (level == 8).all()


def write_networks(folder: Path, namer_gain: float = 0) -> None:
    """Sums and means in the shape of the real networks: each finder output sums 4 x 4 pixels, a namer's gained."""
    onnx = pytest.importorskip("onnx")
    from onnx import helper, numpy_helper

    def save(name: str, nodes: list, weights: dict[str, np.ndarray], given: tuple, wanted: list[str]) -> None:
        number = onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            nodes,
            "tiny",
            [helper.make_tensor_value_info(given[0], number, given[1])],
            [helper.make_tensor_value_info(one, number, None) for one in wanted],
            [numpy_helper.from_array(value, one) for one, value in weights.items()],
        )
        built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(built, folder / name)

    channels = {"heat": 2, "corners": 8, "level": 18}
    sums = [helper.make_node("Conv", ["image", f"w_{one}"], [one], strides=[4, 4]) for one in channels]
    ones = {f"w_{one}": np.ones((n, 1, 4, 4), np.float32) for one, n in channels.items()}
    save("lateral_finder.onnx", sums, ones, ("image", [1, 1, "h", "w"]), list(channels))
    if namer_gain:
        gained = {name: weight * np.float32(namer_gain) for name, weight in ones.items()}
        save("lateral_namer.onnx", sums, gained, ("image", [1, 1, "h", "w"]), list(channels))

    shapes = {"landmarks": [-1, 6, 2], "covariance": [-1, 6, 2, 2], "quality": [-1], "doubled": [-1]}
    nodes = [helper.make_node("GlobalAveragePool", ["crop"], ["mean"])]
    nodes += [helper.make_node("AveragePool", ["crop"], ["mask"], kernel_shape=[2, 2], strides=[2, 2])]
    weights = {}
    for one, shape in shapes.items():
        nodes += [helper.make_node("Conv", ["mean", f"w_{one}"], [f"flat_{one}"])]
        nodes += [helper.make_node("Reshape", [f"flat_{one}", f"shape_{one}"], [one])]
        weights[f"w_{one}"] = np.ones((int(np.prod(shape[1:])), 1, 1, 1), np.float32)
        weights[f"shape_{one}"] = np.array(shape)
    save("lateral_refiner.onnx", nodes, weights, ("crop", ["n", 1, 96, 96]), [*shapes, "mask"])
