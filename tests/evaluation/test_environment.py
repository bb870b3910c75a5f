"""Figures name the processor as people know it, or as the system does."""

import platform
from pathlib import Path

import pytest

from lenet.evaluation import environment


@pytest.mark.parametrize("cpuinfo", ["processor\t: 0\nmodel name\t: AMD EPYC 9354\nbogomips\t: 1\n", None])
def test_the_processor_is_named_by_its_model_where_linux_tells_it(
    cpuinfo: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "CPUS", tmp_path / "cpuinfo")
    if cpuinfo:
        environment.CPUS.write_text(cpuinfo)
    name = "AMD EPYC 9354" if cpuinfo else platform.processor() or platform.machine()
    assert environment.machine()["hardware"]["cpu"] == environment.cpu() == name
