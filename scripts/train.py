"""Train the networks of one view on simulated pictures; the same as the command ``oiscan train``.

::

    pip install "oiscan[train]"
    python scripts/train.py --config lateral.toml --out runs/lateral --set rounds=60 --set workers=2

``lateral.toml`` holds any settings of `oiscan.training.settings.TrainSettings`, at least ``view = "lateral"``; without
a file, ``--set view=lateral`` will do. An unknown key is an error. Run the command again to resume a run that was
stopped. `scripts/export.py` makes a model of the finished runs of both views.
"""

import sys

from oiscan.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
