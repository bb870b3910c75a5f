"""Measurements name the processor."""

import platform
from pathlib import Path

import pytest

from lenet.evaluation import environment


@pytest.mark.parametrize("cpuinfo", ["processor\t: 0\nmodel name\t: AMD EPYC 9354\nbogomips\t: 1\n", None])
def test_the_processor_has_its_model_name_on_linux_and_platforms_elsewhere(cpuinfo: str | None, tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo:
        path.write_text(cpuinfo)
    assert environment.cpu(path) == ("AMD EPYC 9354" if cpuinfo else platform.processor() or platform.machine())
    assert environment.machine()["hardware"]["cpu"] == environment.cpu()
