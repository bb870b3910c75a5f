"""The model card and the README's results have what was measured."""

import json
import re
from pathlib import Path

import huggingface_hub
import pytest

from lenet.evaluation import model_card
from lenet.evaluation.log import entry
from lenet.evaluation.metrics import METRICS
from lenet.evaluation.results import results, sets
from lenet.files import write_json
from lenet.model.weights import WEIGHTS, read_facts

METRICS_NOW = json.loads((WEIGHTS / METRICS).read_text(encoding="utf-8"))
FACTS_NOW = read_facts()
# The trainings that `log` makes up misread so many of MNIST's test images, and as many more as their seed says.
MISSES = METRICS_NOW["mnist_test"]["raw"]["misses"] - METRICS_NOW["training"]["seed"]
MEAN = f"{100 - (MISSES + 2) / 100:.2f}"


def run(folder: Path, seed: int, misses: int, drawn: int) -> Path:
    """Write the metrics.json of a training and its evaluation."""
    training = METRICS_NOW["training"] | {
        "seed": seed,
        "validation": [[500, 90, 30], [1000, 20 + seed, 5]],
        "validation_counts": [5000, 749],
    }
    strokes = {"people": {"misses": drawn, "count": 1000}, "doodles": {"not_digits": {"count": 9}}}
    folder.mkdir()
    test = {"misses": misses + 5, "count": 10_000, "raw": {"misses": misses}}
    write_json(folder / METRICS, {"training": training, "mnist_test": test, "strokes": strokes})
    return folder


@pytest.fixture
def log(tmp_path: Path) -> list:
    first = entry("Nothing yet", [run(tmp_path / "old", 1, 80, 60)])
    runs = [run(tmp_path / f"{seed}", seed, MISSES + seed, 10 * seed) for seed in (1, 2, 3)]
    return [first, entry("Everything", runs)]


def test_the_history_has_a_row_for_each_training_with_its_errors_in_each_set(log: list) -> None:
    text = model_card.card(METRICS_NOW, FACTS_NOW, log)
    history = text[text.index("## History of the recipe") :].splitlines()
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in history
        if line.startswith("|") and "---" not in line
    ]
    assert rows[0][-2:] == ["MNIST test, raw", "people"]
    assert rows[1][:2] == ["1", "Nothing yet"]
    assert [row[3:] for row in rows[2:]] == [
        [str(seed), f"2{seed} of 5,000, 5 of 749", str(MISSES + seed), f"{seed}0 of 1,000"] for seed in (1, 2, 3)
    ]
    assert [row[0] for row in rows[2:]] == ["2", "", ""]


def test_the_seeds_of_the_committed_recipe_have_mean_and_standard_deviation(log: list) -> None:
    assert f"| **mean ± standard deviation** |  | {MEAN} ± 0.01 % | 98.00 ± 1.00 % |" in model_card.card(
        METRICS_NOW, FACTS_NOW, log
    )
    assert f"Mean of 3 seeds: {MEAN} ± 0.01 %" in results(METRICS_NOW, log)


def test_a_single_training_has_no_standard_deviation(log: list) -> None:
    assert "## Seeds" not in model_card.card(METRICS_NOW, FACTS_NOW, log[:1])
    assert "seeds:" not in results(METRICS_NOW, log[:1])


def test_weights_trained_from_other_weights_are_reproduced_from_those() -> None:
    training = METRICS_NOW["training"]
    for continues in (False, True):
        recipe = training["recipe"] | {"name": "later", "continues": continues}
        metrics = METRICS_NOW | {"training": training | {"recipe": recipe, "from": "0f" * 32}}
        text = model_card.card(metrics, FACTS_NOW, [])
        assert ("--recipe later --from runs/start" in text) is continues
        assert ("0f" * 32 in text) is continues
        assert len(re.findall(r"^python -m lenet.train .*--out weights", text, re.MULTILINE)) == 1
        assert ("images from trained weights" in results(metrics, [])) is continues


def test_the_card_has_every_measured_set_with_a_picture_of_its_errors() -> None:
    text = model_card.card(METRICS_NOW, FACTS_NOW, [])
    for name, figures in sets(METRICS_NOW).items():
        assert name in text
        if "misses" in figures:
            assert f"| {name} | {figures['count']:,} | {figures['misses']} |" in text
            stem = "" if name == "MNIST test" else f"-{name}"
            assert f"(misread{stem}.png)" in text
            assert (WEIGHTS / f"misread{stem}.png").is_file()


def test_the_card_discloses_the_choices_that_the_test_sets_influenced() -> None:
    text = " ".join(model_card.card(METRICS_NOW, FACTS_NOW, []).split())
    assert "elastic distortions were added because of them" in text


def test_the_hub_finds_the_accuracy_of_every_set_in_the_front_matter() -> None:
    card = huggingface_hub.ModelCard(model_card.card(METRICS_NOW, FACTS_NOW, []))
    values = {result.dataset_name: result.metric_value for result in card.data.eval_results}
    expected = {name: figures["accuracy"] for name, figures in sets(METRICS_NOW).items() if "accuracy" in figures}
    assert values == expected
    assert card.data.license == "mit"


def test_the_card_says_where_the_originals_of_every_stroke_file_are() -> None:
    names = ["pendigits-train.jsonl.gz", "doodles-train.jsonl.gz", "strokes_background_small1.zip"]
    drawings = [{"name": name, "sha256": "", "count": 9} for name in names]
    text = model_card.card(METRICS_NOW | {"training": METRICS_NOW["training"] | {"drawings": drawings}}, FACTS_NOW, [])
    for name, source in zip(names, ["UCI 1998", "quickdraw-dataset", "brendenlake/omniglot"], strict=True):
        assert re.search(rf"`{re.escape(name)}`.{{1,400}}?{source}", text, re.DOTALL), name
    assert "--strokes pendigits-orig.tra --strokes doodles-train.jsonl.gz" in text


def test_mnist_has_a_row_with_and_without_preprocessing_and_papers_are_compared_with_the_latter() -> None:
    test = METRICS_NOW["mnist_test"] | {"misses": 41, "accuracy": 0.9959, "raw": {"misses": 29, "accuracy": 0.9971}}
    text = results(METRICS_NOW | {"mnist_test": test}, [])
    assert "| MNIST test | 10,000 | 41 | 99.59 % |" in text
    assert "| MNIST test, raw | 10,000 | 29 | 99.71 % |  |  |" in text
    comparison = text[: text.index("Measured on MNIST's arrays without preprocessing")]
    assert "| 29 | 99.71 % |" in comparison
    assert "41" not in comparison
