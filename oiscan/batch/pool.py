"""Processes of one machine, each at work on one item at a time.

So a process that dies, as for want of memory, takes one item with it, it is known which, and the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from oiscan.errors import OiscanError, WorkersError

Item = TypeVar("Item")
Result = TypeVar("Result")

DEATHS_ALLOWED = 1
"""Workers an item may outlive: the first may have died of somebody else's hunger for memory."""

STARTS_TRIED = 3
NO_START = "worker processes end before they begin: is there memory left, and does `oiscan doctor` find all it needs?"
_READY = "ready"


def usable_cores() -> int:
    """Cores this process may run on; as many workers are fastest, see the guide."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def each(
    task: Callable[[Item], Result], items: Iterable[Item], workers: int, lost: Callable[[Item], Result]
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with its result, as soon as it is there.

    Parameters
    ----------
    task
        What to do with an item; each worker gets it once. An `OiscanError` of its ends the work.
    items
        Taken one by one, as workers get free.
    workers
        How many processes.
    lost
        Gives the result of an item whose workers died.

    Raises
    ------
    WorkersError
        No worker can be started.
    """
    pool = _Pool(task, items, workers, lost)
    try:
        yield from pool.results()
    finally:
        pool.close()


@dataclass
class _Given(Generic[Item]):
    """An item, and how many workers died over it."""

    item: Item
    deaths: int = 0


class _Worker:
    """A process that ends when this one does: nothing more comes down its connection then."""

    def __init__(self, task: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")  # as on every system; a fork would copy running threads' locks
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, task), daemon=True)
        self._process.start()
        theirs.close()
        self.ready = False

    def give(self, item: object) -> None:
        with suppress(ConnectionError):  # it died meanwhile, as its connection will tell
            self.connection.send(item)

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


class _Pool(Generic[Item, Result]):
    def __init__(
        self, task: Callable[[Item], Result], items: Iterable[Item], workers: int, lost: Callable[[Item], Result]
    ) -> None:
        self._task, self._lost, self._workers = task, lost, workers
        self._waiting, self._again = iter(items), list[_Given[Item]]()
        self._idle: list[_Worker] = []
        self._busy: dict[Any, tuple[_Worker, _Given[Item]]] = {}
        self._failed_starts = 0

    def results(self) -> Iterator[tuple[Item, Result]]:
        self._hand_out()
        while self._busy:
            for connection in wait(list(self._busy)):
                yield from self._answer(*self._busy[connection])
            self._hand_out()

    def close(self) -> None:
        for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
            worker.close()

    def _hand_out(self) -> None:
        while len(self._busy) < self._workers and (given := self._next()) is not None:
            worker = self._idle.pop() if self._idle else _Worker(self._task)
            self._busy[worker.connection] = worker, given
            worker.give(given.item)

    def _next(self) -> _Given[Item] | None:
        if self._again:
            return self._again.pop()
        return next((_Given(item) for item in self._waiting), None)

    def _answer(self, worker: _Worker, given: _Given[Item]) -> Iterator[tuple[Item, Result]]:
        try:
            answer = worker.connection.recv()
        except (EOFError, OSError):
            yield from self._died(worker, given)
            return
        if isinstance(answer, OiscanError):
            raise answer
        if answer == _READY:
            worker.ready, self._failed_starts = True, 0
            return
        del self._busy[worker.connection]
        self._idle.append(worker)
        yield given.item, answer[0]

    def _died(self, worker: _Worker, given: _Given[Item]) -> Iterator[tuple[Item, Result]]:
        del self._busy[worker.connection]
        worker.close()
        if worker.ready:
            given.deaths += 1
        else:
            self._failed_starts += 1
        if self._failed_starts == STARTS_TRIED:
            raise WorkersError(NO_START)
        if given.deaths > DEATHS_ALLOWED:
            yield given.item, self._lost(given.item)
        else:
            self._again.append(given)


def _serve(connection: Connection, task: Callable[[Any], Any]) -> None:
    """Work on items until there is nobody left to give any; the life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what an interrupt ends is for the process that asked
    with suppress(EOFError, ConnectionError):
        connection.send(_READY)
        while True:
            item = connection.recv()
            try:
                answer: object = (task(item),)
            except OiscanError as error:
                answer = error
            connection.send(answer)
