"""/predict and /read answer gradio_client and plain HTTP: files and base64, or a sentence that says what is wrong."""

import base64
import json
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from lenet import predict
from lenet.image.strokes import render
from tests.helpers.digits import DIGITS, placed
from tests.helpers.photos import PHOTOS
from tests.helpers.servers import Server
from tests.helpers.wrong_files import WRONG_FILES, png

TEN = [str(digit) for digit in range(10)]


@pytest.fixture(scope="module")
def app(page_server: Server) -> str:
    return page_server.url


@pytest.fixture(scope="module")
def client(app: str) -> Client:
    return Client(app, verbose=False)


def picture(digit: int, folder: Path) -> str:
    path = folder / f"{digit}.png"
    Image.fromarray(render(DIGITS[digit])).save(path)
    return str(path)


def call(app: str, image: object) -> object:
    """Call by two plain requests, as with curl: the call, and its answer as an event stream."""
    request = urllib.request.Request(
        f"{app}/gradio_api/call/predict",
        json.dumps({"data": [image]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{app}/gradio_api/call/predict/{event}", timeout=60) as stream:
        lines = stream.read().decode().splitlines()
    assert lines[0] == "event: complete", lines
    return json.loads(lines[1].removeprefix("data: "))


@pytest.mark.parametrize("digit", [2, 7])
def test_predict_returns_the_value_of_gradios_label_and_the_verdict(client: Client, digit: int, tmp_path: Path) -> None:
    label, verdict = client.predict(handle_file(picture(digit, tmp_path)), api_name="/predict")
    assert verdict == "digit"
    assert label["label"] == str(digit)
    assert sorted(entry["label"] for entry in label["confidences"]) == TEN
    assert sum(entry["confidence"] for entry in label["confidences"]) == pytest.approx(1)


def test_plain_http_accepts_base64(app: str, tmp_path: Path) -> None:
    data = base64.b64encode(Path(picture(4, tmp_path)).read_bytes()).decode()
    label, verdict = call(app, {"url": f"data:image/png;base64,{data}"})
    assert (label["label"], verdict) == ("4", "digit")


def test_ink_on_a_transparent_background_is_read(client: Client, tmp_path: Path) -> None:
    ink = Image.fromarray(255 - render(DIGITS[5]))
    path = tmp_path / "transparent.png"
    Image.merge("RGBA", [Image.new("L", ink.size)] * 3 + [ink]).save(path)
    assert client.predict(handle_file(str(path)), api_name="/predict")[0]["label"] == "5"


@pytest.mark.parametrize(
    ("kind", "suffix"), [("16 bits", "png"), ("palette", "png"), ("turned", "jpg"), ("twelve megapixels", "jpg")]
)
def test_endpoint_and_command_read_a_photo_in_any_file_format(
    client: Client, tmp_path: Path, kind: str, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = PHOTOS[kind](render(DIGITS[4]), np.random.default_rng(0))
    image = photo if isinstance(photo, Image.Image) else Image.fromarray(photo)
    path = tmp_path / f"four.{suffix}"
    image.save(path, exif=image.getexif())
    label, verdict = client.predict(handle_file(str(path)), api_name="/predict")
    assert (label["label"], verdict) == ("4", "digit")
    assert predict.main([str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digits"] == [4]


def test_an_empty_picture_is_blank_and_has_no_probabilities(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    Image.new("L", (100, 100), 255).save(path)
    label, verdict = client.predict(handle_file(str(path)), api_name="/predict")
    assert verdict == "blank"
    assert not label


def test_read_returns_every_field_for_one_digit_and_for_several(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "42.png"
    pair = [*placed(DIGITS[4], 110, 75, 140), *placed(DIGITS[2], 110, 205, 140)]
    Image.fromarray(render(pair, width=12)).save(path)
    several = client.predict(handle_file(str(path)), api_name="/read")
    fields = ["verdict", "digit", "digits", "probabilities", "lines", "boxes", "skipped", "sentence"]
    assert list(several) == fields
    assert (several["verdict"], several["digit"], several["digits"]) == ("several", None, [4, 2])
    assert (several["probabilities"], several["lines"], several["skipped"]) == (None, ["42"], 0)
    four, two = several["boxes"]
    assert (four["digit"], two["digit"]) == (4, 2)
    assert 0 < four["left"] < four["right"] < two["left"] < two["right"] < 280
    assert (four["top"], four["bottom"]) == pytest.approx((79, 201), abs=1)  # 110 pixels about 140, and the pen
    assert sum(two["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert several["sentence"] == "I read 42."
    label, verdict = client.predict(handle_file(str(path)), api_name="/predict")
    assert verdict == "several"
    assert not label
    one = client.predict(handle_file(picture(7, tmp_path)), api_name="/read")
    assert (one["verdict"], one["digit"], one["digits"]) == ("digit", 7, [7])
    assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("endpoint", ["/predict", "/read"])
def test_a_call_without_a_picture_is_answered_in_a_sentence(client: Client, endpoint: str) -> None:
    with pytest.raises(AppError, match="Send a picture"):
        client.predict(None, api_name=endpoint)


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_is_answered_in_a_sentence_and_the_log_stays_clean(
    page_server: Server, client: Client, tmp_path: Path, name: str
) -> None:
    content, sentence = WRONG_FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AppError, match=sentence):
        client.predict(handle_file(str(tmp_path / name)), api_name="/predict")
    assert "Traceback" not in page_server.log.read_text()


def test_the_only_two_endpoints_are_documented_with_parameter_and_return_values(client: Client) -> None:
    info = client.view_api(return_format="dict")
    assert info["unnamed_endpoints"] == {}
    endpoints = info["named_endpoints"]
    assert list(endpoints) == ["/predict", "/read"]
    predict = endpoints["/predict"]
    assert [parameter["parameter_name"] for parameter in predict["parameters"]] == ["image"]
    assert [output["label"] for output in predict["returns"]] == ["Probabilities", "Verdict"]
    assert "Read the handwritten digit" in predict["description"]
    assert [output["label"] for output in endpoints["/read"]["returns"]] == ["Reading"]


def test_repeated_calls_get_the_same_answer(app: str) -> None:
    image = {"url": f"data:image/png;base64,{base64.b64encode(png(9)).decode()}"}
    assert call(app, image) == call(app, image) == call(app, image)
