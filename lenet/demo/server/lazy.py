"""What is large and seldom wanted: loaded when it is first asked for, once for all visitors."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class OnDemand(Generic[T]):
    """A value that is loaded in a thread of its own when first asked for, and after a failure when asked for again.

    Args:
        load: makes the value; may take minutes, and may raise.
    """

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = Lock()
        self._future: Future[T] | None = None

    def get(self) -> Future[T]:
        """The value, or the error, when it is there; returns at once."""
        with self._lock:
            if self._future is None or (self._future.done() and self._future.exception()):
                self._future = Future()
                self._future.set_running_or_notify_cancel()  # a visitor who leaves cancels it for nobody
                # A daemon, which an executor's threads are not: a download does not keep the server from ending.
                Thread(target=self._run, args=(self._future,), daemon=True).start()
            return self._future

    def _run(self, future: Future[T]) -> None:
        try:
            future.set_result(self._load())
        except BaseException as error:
            future.set_exception(error)
