"""Send what takes strangers' bytes millions of inputs, each bent towards code that none before it has reached.

$ python -m tools.fuzz_bytes --seconds 60
$ python -m tools.fuzz_bytes --only files --runs 5000 --seed 7 --corpus corpus

Atheris, libFuzzer for Python, counts the branches of lenet/ and Pillow that an input takes and goes on from those that
took new ones. Every answer has to be pictures of 28 × 28 numbers from 0 to 1, or the one error that is documented; all
else, and what takes longer than SLOWEST, is a finding, printed with the bytes that lead to it.
"""

import argparse
import base64
import importlib.util
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SLOWEST = 10  # seconds for one input, under a load that no server has
MEMORY = 800  # MB for one input: 80 million pixels, of 4 bytes for Pillow, twice where they are converted
MOST = 3_000_000  # numbers of an array
ROUND = 20  # seconds; then another process goes on: atheris loses some bytes with each comparison that it counts
LONGEST = 4_096  # bytes of an input: what is longer repeats itself
INSTALLED = importlib.util.find_spec("atheris") is not None


@dataclass
class Fuzzed:
    """What came of one target."""

    target: str
    runs: int = 0
    seconds: float = 0
    found: str = ""  # what ended it; "": nothing


def arrays() -> tuple[Callable[[bytes], None], list[bytes]]:
    """Arrays of any type and shape, PIL images of any mode, values of Gradio's own pad and what is none of these."""
    import numpy as np
    from PIL import Image

    from tests.helpers.promise import MODES, check

    types = [
        np.dtype(name)
        for kinds in ("? u1 i1 u2 >u2 i2 u4 i4 u8 i8", "f2 f4 >f4 f8 g c8 S2 U1 M8[s] O")
        for name in kinds.split()
    ]

    def array(data: Any, kind: np.dtype) -> Any:
        dimensions = data.ConsumeIntInRange(0, 4)
        largest = 3_000 if data.ConsumeIntInRange(0, 99) == 0 else 80
        shape = [data.ConsumeIntInRange(0, largest) for _ in range(min(dimensions, 2))]
        shape += [data.ConsumeIntInRange(0, 5) for _ in range(dimensions - 2)]
        while (count := int(np.prod(shape))) > MOST:
            shape[0] //= 2
        content = data.ConsumeBytes(LONGEST)
        if kind == np.dtype("O"):
            return np.resize(np.array([None, "x", 1.5, -3, b"", [1]], object), shape)
        content += bytes(-len(content) % kind.itemsize)
        values = np.frombuffer(content or bytes(kind.itemsize), kind)
        return np.resize(values, shape) if count else np.empty(shape, kind)

    def image(data: Any) -> Image.Image:
        mode = data.PickValueInList(MODES)
        size = data.ConsumeIntInRange(1, 300), data.ConsumeIntInRange(1, 300)
        picture = Image.new(mode, size)
        content = data.ConsumeBytes(LONGEST)
        count = len(picture.tobytes())
        with suppress(ValueError):  # Pillow takes no bytes for some modes
            picture.frombytes((content * (count // max(1, len(content)) + 1))[:count])
        return picture

    def value(data: Any, depth: int = 0) -> Any:
        kind = data.ConsumeIntInRange(0, 7)
        if kind <= 2:
            return array(data, data.PickValueInList(types))
        if kind == 3:
            return image(data)
        if kind == 4:
            return data.PickValueInList([None, "x", b"x", 1, 1.5, float("nan"), True, object(), 10**400, {}, [], [[]]])
        if depth > 2:
            return array(data, np.dtype("u1"))
        if kind == 5:
            return [value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
        keys = ["background", "layers", "composite", "id", ""]
        return {data.PickValueInList(keys): value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))}

    import atheris

    return lambda content: check(value(atheris.FuzzedDataProvider(content))), []


def files() -> tuple[Callable[[bytes], None], list[bytes]]:
    """Files, as they are uploaded or sent in base64."""
    from gradio.data_classes import ImageData
    from PIL import Image

    from lenet.demo.picture.input import PictureInput
    from lenet.image.preprocess import FORMATS
    from tests.helpers.promise import check
    from tests.helpers.wrong_files import POLYGLOTS, SCRIPTS

    def samples(kind: str) -> list[bytes]:
        made = []
        for mode in ("1", "L", "P", "RGB", "RGBA", "I;16"):
            file = io.BytesIO()
            try:
                Image.linear_gradient("L").resize((9, 12)).convert(mode.replace("I;16", "I")).save(file, kind)
            except (OSError, KeyError, ValueError):
                continue  # this format has no such mode
            made.append(file.getvalue())
        return made

    def one(content: bytes) -> None:
        url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
        picture = read.preprocess(ImageData(url=url))
        if not isinstance(picture, Image.Image):
            assert picture in ("unknown", "damaged", "large"), picture
            return
        check(picture)

    read = PictureInput()
    short = [each for each in (*POLYGLOTS.values(), *SCRIPTS.values()) if len(each) <= LONGEST]
    return one, [*short, *(sample for kind in FORMATS for sample in samples(kind))]


def drawings() -> tuple[Callable[[bytes], None], list[bytes]]:
    """Drawings as the pad sends them, JSON text."""
    import gradio as gr

    from lenet.demo.sketchpad import Sketchpad
    from tests.helpers.promise import check

    pad = Sketchpad()

    def one(content: bytes) -> None:
        try:
            drawn = pad.preprocess(content.decode("utf-8", "surrogateescape"))
        except gr.Error:
            return
        assert drawn is None or (drawn.shape == (280, 280) and drawn.dtype == "uint8")
        check(drawn)

    return one, [
        b'{"w":280,"h":280,"pen":20,"strokes":[[[60,60],[200,60],[120,240]],[[1e3,-2.5]]]}',
        b'{"strokes":[[]]}',
        b'{"w":1,"h":2000,"pen":0.1,"strokes":[[[NaN,Infinity]],[[1e999,"x"]],null]}',
        b"",
    ]


def bodies() -> tuple[Callable[[bytes], None], list[bytes]]:
    """Bodies of requests."""
    from lenet.demo.server.limits import RequestError, check_json

    def one(content: bytes) -> None:
        with suppress(RequestError):
            check_json(content, None, None)

    return one, [b'{"data":["",false],"fn_index":3,"session_hash":"x"}', b"[" * 50 + b"]" * 50, b"[NaN]", b'"\\ud800"']


TARGETS = {target.__name__: target for target in (arrays, files, drawings, bodies)}
WORDS = [
    b"composite",
    b"strokes",
    b'"pen":',
    b"[[[",
    b"]]]",
    b"IHDR",
    b"IDAT",
    b"GIF89a",
    b"II*\\x00",
    b"RIFF",
    b"ftypavif",
]


def measured(one: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Make too much memory a finding; Linux counts it."""
    most, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")

    def megabytes() -> float:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) / 1024

    def one_measured(content: bytes) -> None:
        most.write_text("5")  # count from here
        before = megabytes()
        one(content)
        taken = megabytes() - before
        assert taken < MEMORY, f"it took {taken:.0f} MB"

    return one_measured


def child(target: str, corpus: str, flags: list[str]) -> None:
    """Fuzz one target until libFuzzer ends this process."""
    import atheris

    with atheris.instrument_imports(include=["lenet", "PIL", "promise"]):
        one, samples = TARGETS[target]()
    for number, sample in enumerate(samples):
        Path(corpus, f"sample-{number}").write_bytes(sample)
    warnings.simplefilter("ignore")  # of pictures that nearly are some
    pictures = target in ("arrays", "files")
    atheris.Setup([sys.argv[0], corpus, *flags], measured(one) if pictures else one)
    atheris.Fuzz()


def fuzz(target: str, seconds: int, runs: int, seed: int, corpus: Path | None = None) -> Fuzzed:
    """Fuzz one target in processes of its own, one after the other.

    Args:
        target: a name of TARGETS.
        seconds: after which it ends; 0: it does not.
        runs: inputs after which it ends, where there are no seconds.
        seed: of the changes made to inputs.
        corpus: a folder to go on from and to leave new inputs in; None: one that is deleted.
    """
    fuzzed = Fuzzed(target)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(corpus or folder, target)
        kept.mkdir(parents=True, exist_ok=True)
        words = Path(folder, "words")
        words.write_bytes(b"".join(b'"%b"\n' % word for word in WORDS))
        flags = [
            f"-max_len={LONGEST}", f"-dict={words}", f"-timeout={SLOWEST}", "-rss_limit_mb=0",
            f"-artifact_prefix={folder}/found-", "-print_final_stats=1",
        ]  # fmt: skip
        while True:
            left = min(ROUND, round(seconds - fuzzed.seconds))
            ends = [f"-max_total_time={left}"] if seconds else [f"-runs={runs}"]
            began = time.monotonic()
            command = [
                sys.executable,
                "-m",
                "tools.fuzz_bytes",
                "--child",
                target,
                str(kept),
                f"-seed={seed}",
                *ends,
                *flags,
            ]
            ended = subprocess.run(command, cwd=folder, stderr=subprocess.STDOUT, stdout=subprocess.PIPE)
            log = ended.stdout.decode(errors="replace")
            made = re.search(r"stat::number_of_executed_units: *(\d+)", log)
            fuzzed.runs += int(made[1]) if made else 0
            fuzzed.seconds += time.monotonic() - began
            seed += 1
            if ended.returncode or not made:
                inputs = Path(folder).glob("found-*")
                shown = "\n".join(f"{file.name}: {file.read_bytes()!r}" for file in inputs)
                fuzzed.found = f"{log[-4000:]}\n{shown}"
            if fuzzed.found or fuzzed.seconds >= seconds - 1:
                return fuzzed


def fuzz_all(names: list[str], seconds: int, runs: int, seed: int, corpus: Path | None = None) -> list[Fuzzed]:
    """Fuzz targets, a core each."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda name: fuzz(name, seconds, runs, seed, corpus), names))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(TARGETS), action="append", help="default: all")
    parser.add_argument("--seconds", type=int, default=0, metavar="N", help="of each; default: until --runs")
    parser.add_argument("--runs", type=int, default=-1, metavar="N", help="inputs of each; default: until --seconds")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="go on from the inputs there, and leave new ones")
    options = parser.parse_args(arguments)
    if options.seconds <= 0 and options.runs <= 0:
        parser.error("say when it ends: --seconds or --runs")
    if not INSTALLED:
        print("atheris is not installed: it is made for Linux on x86-64 alone.", file=sys.stderr)
        return 2
    made = fuzz_all(options.only or list(TARGETS), options.seconds, options.runs, options.seed, options.corpus)
    for each in made:
        print(f"{each.target}: {each.runs:,} inputs in {each.seconds:.0f} s, {each.found or 'nothing found'}")
    return int(any(each.found for each in made))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3], sys.argv[4:])
    sys.exit(main())
