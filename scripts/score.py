"""Score a folder of scans; the same as the command ``oiscan score``.

::

    python scripts/score.py SCANS --out results [--view lateral|ap] [--spacing MM[,MM]] [--scale genant|paediatric]

``python scripts/score.py --help`` lists all options.
"""

import sys

from oiscan.cli import main

if __name__ == "__main__":
    main(["score", *sys.argv[1:]])
