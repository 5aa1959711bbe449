"""Train networks, on simulated pictures and on your own labelled ones; the same as the command ``oiscan train``.

::

    pip install "oiscan[train]"
    python scripts/train.py --out runs/mine --view both
    python scripts/train.py --out runs/mine --init default --data labels.json --view lateral
    python scripts/train.py --out runs/mine --config train.toml --set rounds=60 --set workers=2

``train.toml`` holds any settings of `oiscan.training.settings.TrainSettings`, at least ``view = "lateral"``; the
command line wins, and an unknown key is an error. Run the command again to resume a run that was stopped. The model,
ready to score with, stands in ``runs/mine/models/mine`` at the end. `scripts/export.py` makes one model of two runs.
"""

import sys

from oiscan.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
