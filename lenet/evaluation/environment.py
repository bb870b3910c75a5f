"""What the figures of a run depend on: the versions and the hardware."""

import os
import platform
import re
from pathlib import Path
from typing import Any

CPUS = Path("/proc/cpuinfo")  # Linux's


def cores() -> int | None:
    """Those that this process may use: fewer than the machine has in a container, or under `taskset`."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def cpu() -> str:
    """The processor, by the name that people know it by where Linux tells it."""
    named = re.search(r"^model name\s*: (.*)$", _cpus(), re.MULTILINE)
    return named[1].strip() if named else platform.processor() or platform.machine()


def machine() -> dict[str, Any]:
    """Versions of what computes, and the processor, as JSON."""
    import keras
    import numpy as np
    import tensorflow as tf

    return {
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "hardware": {
            "cpu": cpu(),
            "cores": cores(),
            "system": platform.system(),
        },
    }


def _cpus() -> str:
    return CPUS.read_text(encoding="utf-8", errors="replace") if CPUS.exists() else ""
