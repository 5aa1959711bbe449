"""The same work on the user's own Dask cluster (extra `cluster`)."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from oiscan.errors import ConfigError, OiscanError, WorkersError

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")

CONNECT_SECONDS = 15
WORKER_SECONDS = 60
ITEMS_A_THREAD = 2
"""At the workers at a time: one in work, one on its way."""

NOT_REACHED = "the Dask scheduler cannot be reached; check the address with whoever runs it"
NO_WORKERS = f"the Dask scheduler has had no worker for {WORKER_SECONDS} seconds; start some"
BROKE_OFF = "the Dask cluster could not do the work ({}); scheduler and workers need the same oiscan[cluster] as here"
_alone = threading.Lock()


def each(
    task: Callable[[Item], Result], items: Iterable[Item], address: str, lost: Callable[[Item], Result]
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with its result, as soon as it is there; what a lost worker had is done again by another.

    Parameters
    ----------
    task
        What to do with an item; it travels with every one. An `OiscanError` of its ends the work.
    items
        Taken one by one, as workers get free.
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    lost
        Gives the result of an item that twice ended more workers than the scheduler allows, the second time alone.

    Raises
    ------
    ConfigError
        Dask is not installed.
    WorkersError
        The scheduler cannot be reached, has no workers, or is lost.
    """
    if importlib.util.find_spec("distributed") is None:
        raise ConfigError('--scheduler needs Dask: pip install "oiscan[cluster]"')
    suspects: list[Item] = []
    with _client(address) as client:
        for item, result in _results(client, task, items, partial(_room, client)):
            if result is None:
                suspects.append(item)  # Dask blames all that a lost worker had, also what was only waiting there
            else:
                yield item, result
        for item, result in _results(client, task, suspects, lambda: 1):  # now it is known which of them did it
            yield item, lost(item) if result is None else result


def _client(address: str) -> Client:
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersError(NOT_REACHED) from error
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        client.close()
        raise WorkersError(NO_WORKERS) from error
    return client


def _results(
    client: Client, task: Callable[[Item], Result], items: Iterable[Item], room: Callable[[], int]
) -> Iterator[tuple[Item, Result | None]]:
    """Each item with its result, or None where the scheduler gave it up because workers died with it."""
    from distributed import as_completed

    waiting, done = iter(items), as_completed(loop=client.loop)
    given: dict[Any, Item] = {}

    def hand_out() -> None:
        for item in islice(waiting, max(0, room() - len(given))):
            future = client.submit(_one_at_a_time, task, item, pure=False)
            given[future] = item
            done.add(future)

    hand_out()
    while given:
        future = next(done)
        item = given.pop(future)
        yield item, _result(future)
        hand_out()


def _room(client: Client) -> int:
    """How many items may be at the workers; never none, since lost workers may come back."""
    threads: Mapping[str, int] = client.nthreads()
    return max(1, ITEMS_A_THREAD * sum(threads.values()))


def _result(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return None
    except OiscanError:
        raise
    except Exception as error:  # whatever Dask raises where worker or scheduler have gone, or lack oiscan
        raise WorkersError(BROKE_OFF.format(type(error).__name__)) from error


def _one_at_a_time(task: Callable[[Item], Result], item: Item) -> Result:
    """Do one item in a worker process of several threads, too: libraries that read files are not made for threads."""
    with _alone:
        return task(item)
