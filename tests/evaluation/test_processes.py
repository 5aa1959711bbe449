from functools import partial

import pytest

from oiscan.evaluation.processes import each


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_whoever_makes_them(workers: int) -> None:
    done: list[int] = []
    assert each(partial(pow, 2), [3, 1, 2], workers, done.append) == [8, 2, 4]
    assert done == [1, 2, 3]
