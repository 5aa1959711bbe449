"""The same task for many items, in one process or several, results in the items' order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_tasks: list[Callable[[Any], Any]] = []
"""What this process was started for: handed over once, because a model is read and verified when it arrives."""


def each(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int = 1,
    advance: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """`task` of every item; `advance` is called with the number done.

    Parameters
    ----------
    task
        Can be pickled where there is more than one worker.
    workers
        Processes; 1 works in this one. The results do not depend on it.
    """
    if workers == 1:
        return _counted(map(task, items), advance)
    context = multiprocessing.get_context("spawn")  # as on every system; a fork would copy running threads' locks
    with ProcessPoolExecutor(workers, context, _start, (task,)) as pool:
        return _counted(pool.map(_do, items), advance)


def _counted(results: Iterable[Result], advance: Callable[[int], None]) -> list[Result]:
    kept = []
    for result in results:
        kept.append(result)
        advance(len(kept))
    return kept


def _start(task: Callable[[Any], Any]) -> None:
    import cv2

    cv2.setNumThreads(1)
    _tasks.append(task)


def _do(item: Any) -> Any:
    return _tasks[0](item)
