"""Check what oiscan promises, and write down what was found.

    python scripts/validate.py files --out DIR [--n 10000] [--seed 0]
    python scripts/validate.py robustness --out DIR --data LABELS.json [--model NAME] [--workers 2]
    python scripts/validate.py holdout --out DIR [--n 500] [--route physical] [--model NAME] [--workers 2]
    python scripts/validate.py grading --out DIR [--n 1000] [--seed 910000] [--model NAME] [--workers 2]
    python scripts/validate.py grading-invariance --out DIR [--n 100] [--seed 910000] [--model NAME] [--workers 2]
    python scripts/validate.py densitometry --out DIR [--n 300] [--seed 920000] [--model NAME] [--workers 2]
    python scripts/validate.py followup --out DIR [--n 10000] [--seed 0]
    python scripts/validate.py followup-scans --out DIR [--studies 10] [--children 26] [--model NAME] [--workers 2]
    python scripts/validate.py durability --out DIR [--n 3000] [--on one-worker|two-workers|cluster] [--kills 20]
    python scripts/validate.py resume --out DIR
    python scripts/validate.py finetune --out DIR --data LABELS.json [--model NAME]
    python scripts/validate.py loop --out DIR [--corrected 30] [--held 100] [--model NAME] [--workers 2]
    python scripts/validate.py readings --out DIR [--n 500] [--at-once 10000] [--children 26]

`files` reads N files broken on purpose: how many still gave a scan, the errors by class, what crashed (nothing may),
the longest time and the most memory. `robustness` alters labelled pictures (half size, double size, mirrored, inverted,
without spacing, a fifth cut off at either end): the share of vertebrae found may fall by less than 2 points. `holdout`
draws N simulated people nobody trained on and measures both views. `grading` draws N simulated children with fractures
and a quarter as many healthy ones, lateral views only, and measures grades, refusals and doubt, by age, and once more
without true losses near a grade's edge. `grading-invariance` grades the same pictures at half their pixels, mirrored,
inverted and with another pixel size: 97 of 100 grades must stay. `densitometry` draws AP scans at two X-ray energies of
N simulated people of 3 to 70 years, twice each, and measures their bone with the model's outlines: bias of areal
density by age, of area, and how well two scans of a person agree. `followup` runs N simulated trials of 13 and 13
children without a true difference and N with one (10,000 take two minutes of computing): how often each test rejects at
5 %, how often each 95 % interval holds the truth. `followup-scans` draws, scores and compares the visits of simulated
trials: 90 of 100 true changes of height loss of 10 points or more must be measured as 5 or more the same way, and at
most 1 vertebra in 100 may be called a new fracture that is none. `durability` scores N simulated files, some of them
broken or copied, kills the whole of it at random moments and lets the disk run full once (as root on Linux; else it
says that it did not): nothing may be lost or stand there twice, and all results must be those of an undisturbed run,
byte for byte. On a cluster (extra `cluster`) one of two workers is killed every 20 seconds. `resume` kills a short
training at three random moments: it must end with the weights of an undisturbed one. `finetune` trains on eight of the
labelled lateral pictures and measures on the others, three times: the median corner error must fall by a fifth, or
reach 3 % of the depth. These two need the extra `train`. `readings` kills the server of `oiscan review` while N
scripted corrections come in: every acknowledged one must be there, once; sends it what no page sends, 100 MB, and
thousands of requests at once; and has two simulated readers of known noise read a made-up trial blinded: nothing may
leak, all disagreements must be listed, kappa must be what the noise makes it. It needs the extra `review`. `loop` has a
scripted reader correct simulated scans of a look no network was trained on, retrains, and measures on others, before
and after: landmarks must get better, and no fewer vertebrae be found. It needs both extras.

Each writes `DIR/CHECK.json`. The exit status is 1 where a promise is broken. Figures of simulated pictures say nothing
of clinical accuracy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from oiscan.errors import OiscanError
from oiscan.evaluation import densitometry_check
from oiscan.evaluation.altered import LARGEST_FALL, falls
from oiscan.evaluation.broken_files.robustness import read_damaged_files
from oiscan.evaluation.densitometry_cases import DENSITOMETRY_SEED, measurements, people
from oiscan.evaluation.durability.check import KILLS, On, check_durability
from oiscan.evaluation.grades import check as grading_check
from oiscan.evaluation.grades.cases import GRADING_SEED, HEALTHY_OFFSET, Child, answers
from oiscan.evaluation.grades.invariance import LEAST_SAME, same_grades
from oiscan.evaluation.groups import told
from oiscan.evaluation.holdout import promises
from oiscan.evaluation.simulated import HOLD_OUT_SEED, Series, evaluate_exams
from oiscan.followup.change import simulated
from oiscan.followup.compare import null_trials
from oiscan.labels import read_labels
from oiscan.phantom.exam import Route
from oiscan.phantom.study.writing import CHILDREN
from oiscan.segmentation import Model


def main() -> None:
    """Parse the command line, run the check, write what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    checks = parser.add_subparsers(dest="check", required=True, metavar="CHECK")
    files = _check(checks, "files", check_files, "read files broken on purpose")
    files.add_argument("--n", type=int, default=10_000, help="how many files (default 10000)")
    files.add_argument("--seed", type=int, default=0, help="which series of files (default 0)")
    robustness = _check(checks, "robustness", check_robustness, "alter labelled pictures")
    robustness.add_argument("--data", type=Path, required=True, help="label file; its pictures lie beside it")
    holdout = _check(checks, "holdout", check_holdout, "measure on simulated people nobody trained on")
    holdout.add_argument("--n", type=int, default=500, help="how many people (default 500)")
    holdout.add_argument("--seed", type=int, default=HOLD_OUT_SEED, help=f"first seed (default {HOLD_OUT_SEED})")
    holdout.add_argument("--route", type=Route, choices=list(Route), default=Route.PHYSICAL, help="how they are drawn")
    grading = _check(checks, "grading", check_grading, "measure grades on simulated children nobody trained on")
    grading.add_argument("--n", type=int, default=1000, help="how many children with fractures (default 1000)")
    invariance = _check(checks, "grading-invariance", check_grading_invariance, "grade the same pictures, altered")
    invariance.add_argument("--n", type=int, default=100, help="how many children (default 100)")
    density = _check(checks, "densitometry", check_densitometry, "measure bone on simulated scans at two energies")
    density.add_argument("--n", type=int, default=300, help="how many people (default 300)")
    for check, first in ((grading, GRADING_SEED), (invariance, GRADING_SEED), (density, DENSITOMETRY_SEED)):
        check.add_argument("--seed", type=int, default=first, help=f"first seed (default {first})")
    followup = _check(checks, "followup", check_followup, "run the comparisons of arms on simulated trials")
    followup.add_argument("--n", type=int, default=10_000, help="how many trials of either kind (default 10000)")
    followup.add_argument("--seed", type=int, default=0, help="which series of trials (default 0)")
    scans = _check(checks, "followup-scans", check_followup_scans, "compare the visits of simulated trials")
    scans.add_argument("--studies", type=int, default=10, help="how many trials (default 10)")
    scans.add_argument("--children", type=int, default=CHILDREN, help=f"children of each (default {CHILDREN})")
    scans.add_argument("--seed", type=int, default=simulated.STUDY_SEED, help="first seed")
    scans.add_argument("--route", type=Route, choices=list(Route), default=Route.PHYSICAL, help="how they are drawn")
    durability = _check(checks, "durability", check_batch, "kill a batch, fill its disk, and compare")
    durability.add_argument("--n", type=int, default=3000, help="how many files of different content (default 3000)")
    durability.add_argument("--on", type=On, choices=list(On), default=On.ONE_WORKER, help="who does the work")
    durability.add_argument("--kills", type=int, default=KILLS, help=f"how often (default {KILLS})")
    _check(checks, "resume", check_resuming, "kill a training and resume it")
    finetune = _check(checks, "finetune", check_finetuning, "train on a few labelled pictures, measure on the others")
    finetune.add_argument("--data", type=Path, required=True, help="label file of lateral pictures")
    loop = _check(checks, "loop", check_whole_loop, "correct, export, retrain, and measure on others")
    loop.add_argument("--corrected", type=int, default=30, help="how many scans (default 30)")
    loop.add_argument("--held", type=int, default=100, help="how many others are measured (default 100)")
    readings = _check(checks, "readings", check_readings, "kill, besiege and read through the reader's page")
    readings.add_argument("--n", type=int, default=500, help="how many corrections (default 500)")
    readings.add_argument("--at-once", type=int, default=10_000, help="how many requests at once (default 10000)")
    readings.add_argument("--children", type=int, default=26, help="of the made-up trial (default 26)")
    for check in (robustness, holdout, grading, invariance, density, scans, finetune, loop):
        check.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    for check in (robustness, holdout, grading, invariance, density, scans, loop):
        check.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    given = parser.parse_args()
    try:
        status = given.run(given)
    except OiscanError as error:
        parser.error(str(error))
    sys.exit(status)


def _check(
    checks: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    what: str,
) -> argparse.ArgumentParser:
    """A new check; every one writes to a folder."""
    check = checks.add_parser(name, help=what)
    check.add_argument("--out", type=Path, required=True, help="folder to write to")
    check.set_defaults(run=run)
    return check


def check_files(given: argparse.Namespace) -> int:
    """Read broken files; 1 where one of them crashed."""
    found = read_damaged_files(given.n, given.seed, lambda done: print(f"{done}/{given.n}", flush=True))
    write(given.out / "files.json", found)
    return int(bool(found["crashes"]))


def check_robustness(given: argparse.Namespace) -> int:
    """Alter pictures; 1 where one alteration costs two points of the vertebrae found."""
    model, images = Model.load(given.model), read_labels(given.data).images
    found = falls(images, model, given.workers, lambda done: print(f"{done}/{len(images)}", flush=True))
    alterations = {name: asdict(fall) | {"fall": round(fall.share, 4)} for name, fall in found.items()}
    write(given.out / "robustness.json", {"model_sha256": model.sha256, "alterations": alterations})
    return int(any(fall.share >= LARGEST_FALL for fall in found.values()))


def check_holdout(given: argparse.Namespace) -> int:
    """Measure on simulated people; 1 where a promise is broken."""
    model = Model.load(given.model)
    series = Series(range(given.seed, given.seed + given.n), given.route)
    cases = evaluate_exams(model, series, given.workers, lambda done: print(f"{done}/{given.n}", flush=True))
    kept = promises(cases, model)
    provenance = {"model_sha256": model.sha256, "exams": given.n, "first_seed": given.seed, "route": given.route}
    write(given.out / "holdout.json", provenance | {"promises": kept, "views": told(cases, model)}, shown=kept)
    return int(not all(promise["kept"] for promise in kept))


def check_grading(given: argparse.Namespace) -> int:
    """Grade simulated children; 1 where a promise is broken."""
    model, seeds = Model.load(given.model), range(given.seed, given.seed + given.n)
    healthy = range(given.seed + HEALTHY_OFFSET, given.seed + HEALTHY_OFFSET + max(given.n // 4, 1))
    children = [*(Child(seed) for seed in seeds), *(Child(seed, healthy=True) for seed in healthy)]
    said = answers(children, model, given.workers, lambda done: print(f"{done}/{len(children)}", flush=True))
    found = grading_check.told(said)
    kept = grading_check.promises(found)
    provenance = {"model_sha256": model.sha256, "calibrated": model.calibrated, "first_seed": given.seed}
    write(given.out / "grading.json", provenance | found | {"promises": kept}, shown=kept)
    return int(not all(promise["kept"] for promise in kept))


def check_grading_invariance(given: argparse.Namespace) -> int:
    """Grade altered pictures; 1 where more than 3 of 100 grades change."""
    model, children = Model.load(given.model), [Child(seed) for seed in range(given.seed, given.seed + given.n)]
    found = same_grades(children, model, given.workers, lambda done: print(f"{done}/{given.n}", flush=True))
    alterations = {name: asdict(one) | {"share": round(one.share, 4)} for name, one in found.items()}
    provenance = {"model_sha256": model.sha256, "exams": given.n}
    write(given.out / "grading-invariance.json", provenance | {"alterations": alterations})
    return int(any(one.share < LEAST_SAME for one in found.values()))


def check_densitometry(given: argparse.Namespace) -> int:
    """Measure bone on simulated scans; 1 where a promise is broken."""
    model, subjects = Model.load(given.model), people(given.n, given.seed)
    scans = measurements(subjects, model, given.workers, lambda done: print(f"{done}/{given.n}", flush=True))
    found = densitometry_check.told(scans)
    kept = densitometry_check.promises(found)
    provenance = {"model_sha256": model.sha256, "first_seed": given.seed}
    write(given.out / "densitometry.json", provenance | found | {"promises": kept}, shown=kept)
    return int(not all(promise["kept"] for promise in kept))


def check_followup(given: argparse.Namespace) -> int:
    """Run simulated trials; 1 where a test rejects too much or too little, or an interval misses too often."""
    found = null_trials.check(given.n, given.seed, lambda done: print(f"{done}/{2 * given.n}", flush=True))
    kept = null_trials.promises(found)
    write(given.out / "followup.json", found | {"promises": kept}, shown=kept)
    return int(not all(promise["kept"] for promise in kept))


def check_followup_scans(given: argparse.Namespace) -> int:
    """Compare the visits of simulated trials; 1 where a promise is broken."""
    model, people = Model.load(given.model), given.studies * given.children
    cases = simulated.study_cases(given.studies, given.children, model, given.workers,
                                  lambda done: print(f"{done}/{people}", flush=True), given.route, given.seed)
    found = simulated.told(cases)
    kept = simulated.promises(found)
    provenance = {"model_sha256": model.sha256, "studies": given.studies, "children": given.children,
                  "first_seed": given.seed, "route": given.route}  # fmt: skip
    write(given.out / "followup-scans.json", provenance | found | {"promises": kept}, shown=kept)
    return int(not all(promise["kept"] for promise in kept))


def check_batch(given: argparse.Namespace) -> int:
    """Disturb a batch; 1 where its results are not those of an undisturbed one."""
    found = check_durability(given.out, given.n, given.on, given.kills, lambda said: print(said, flush=True))
    name = "durability" if given.on is On.ONE_WORKER else f"durability-{given.on}"
    write(given.out / f"{name}.json", found)
    return int(not found["passed"])


def check_resuming(given: argparse.Namespace) -> int:
    """Kill a training and resume it; 1 where its weights are not those of an undisturbed one."""
    from oiscan.training.check_resume import check_resume

    found = check_resume(given.out / "runs")
    write(given.out / "resume.json", found)
    return int(not found["identical"])


def check_finetuning(given: argparse.Namespace) -> int:
    """Fine-tune on a few pictures; 1 where that did not help enough."""
    from oiscan.training.check_finetune import check_finetune

    found = check_finetune(given.data, given.out / "runs", given.model)
    write(given.out / "finetune.json", found)
    return int(not found["passed"])


def check_whole_loop(given: argparse.Namespace) -> int:
    """Correct, retrain and measure; 1 where the model did not get better."""
    from oiscan.review.checks.loop import check_loop

    found = check_loop(given.out / "loop", given.model, given.corrected, given.held, given.workers)
    write(given.out / "loop.json", found)
    return int(not found["passed"])


def check_readings(given: argparse.Namespace) -> int:
    """Try out the reader's page; 1 where it lost, doubled or leaked something."""
    from oiscan.review.checks.durability import check_durability
    from oiscan.review.checks.siege import check_siege
    from oiscan.review.checks.trial import check_trial

    found = {
        "durability": check_durability(given.out / "durability", given.n),
        "siege": check_siege(given.out / "siege", given.at_once),
        "trial": check_trial(given.out / "trial", given.children),
    }
    write(given.out / "readings.json", found)
    return int(not all(one["passed"] for one in found.values()))


def write(path: Path, found: dict[str, Any], shown: Any = None) -> None:
    """Write what was found, and show it, or a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found if shown is None else shown, indent=1))


if __name__ == "__main__":
    main()
