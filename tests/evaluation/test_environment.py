"""The processor is known by its name and its units; where nobody tells, nothing is assumed."""

import platform
from pathlib import Path

import pytest

from lenet.evaluation import environment

ZEN = "processor\t: 0\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\nbogomips\t: 1\n"
SKYLAKE = "model name\t: Intel Xeon\nflags\t\t: fpu avx512f avx512_bf16x\nbugs\t\t: avx512_bf16\n"


@pytest.mark.parametrize(
    ("told", "name", "units"), [(ZEN, "AMD EPYC 9354", True), (SKYLAKE, "Intel Xeon", False), (None, None, False)]
)
def test_bfloat16_is_taken_only_where_linux_names_its_units(
    told: str | None, name: str | None, units: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "CPUS", tmp_path / "cpuinfo")
    if told:
        environment.CPUS.write_text(told)
    assert environment.has_bfloat16() is units
    assert environment.cpu() == (name or platform.processor() or platform.machine())
    assert environment.machine()["hardware"]["bfloat16"] is units
