"""Lazy value, loaded once in the background and shared by all visitors."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class OnDemand(Generic[T]):
    """A value that is loaded in a background thread on first use, and on the next use after a failure.

    Args:
        load: returns the value; may take minutes and may raise.
    """

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = Lock()
        self._future: Future[T] | None = None

    def get(self) -> Future[T]:
        """Return a future of the value, at once."""
        with self._lock:
            if self._future is None or (self._future.done() and self._future.exception()):
                self._future = Future()
                self._future.set_running_or_notify_cancel()  # no visitor can cancel it
                # A daemon, unlike the threads of an executor, so a download does not delay shutdown.
                Thread(target=self._run, args=(self._future,), daemon=True).start()
            return self._future

    def _run(self, future: Future[T]) -> None:
        try:
            future.set_result(self._load())
        except BaseException as error:
            future.set_exception(error)
