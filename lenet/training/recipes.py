"""Training recipes: every hyper-parameter with the reason for its value."""

import dataclasses
from dataclasses import dataclass
from typing import Annotated, NamedTuple, get_args, get_origin


@dataclass(frozen=True)
class Distortion:
    """How far a picture may be distorted; each amount is drawn uniformly from -x to +x.

    Attributes:
        rotation: degrees.
        scale: fraction of the size, per axis.
        shear: horizontal pixels per pixel of height.
        shift: pixels, per axis.
        bend: pixels at each knot of a coarse grid, smooth in between, as a wavering hand draws.
        stroke: 1 makes strokes one pixel thicker (grey dilation) or thinner (grey erosion) on every side.
        tone: gamma is e to this amount, which makes grey edges darker or lighter.
    """

    rotation: float
    scale: float
    shear: float
    shift: float
    bend: float
    stroke: float
    tone: float


class Setting(NamedTuple):
    """A value of a recipe that `python -m lenet.train` has a flag for: its limits and its meaning."""

    low: float  # a whole number if both limits are
    high: float
    meaning: str


MOST = 10_000_000  # steps: two months
LARGEST_BATCH = 4_096  # 2 GB of activations


@dataclass(frozen=True)
class Recipe:
    """How to train; the annotations say what each value is.

    Attributes:
        name: value of `python -m lenet.train --recipe`.
        cosine: decay the rate to 0 along a cosine after the warm-up; False keeps it constant.
        average: 0 saves the last weights.
        distortion: how training pictures are distorted; None leaves them as they are.
        mixed: compute the layers in bfloat16, 8 bits of precision instead of 24, where the processor has units for it;
            weights, logits, loss and optimizer stay float32 (Micikevicius et al., "Mixed Precision Training", 2018).
        restart: Loshchilov and Hutter, "SGDR", 2017.
        blend: forgets less (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022); 1 for fresh weights.
        continues: the recipe fine-tunes trained weights; it is not meant for fresh ones.
        personal: the recipe learns one person's hand from a few drawings: all of them are trained on, and the
            verdict's thresholds stay those of the initial weights.

    Raises:
        ValueError: if values contradict each other.
    """

    name: str
    steps: Annotated[int, Setting(1, MOST, "number of batches")]
    batch: Annotated[int, Setting(1, LARGEST_BATCH, "pictures per step; those that others leave are MNIST's")]
    rate: Annotated[float, Setting(1e-6, 1.0, "peak learning rate")]
    warmup: Annotated[int, Setting(0, MOST, "steps in which the rate rises from 0")]
    cosine: bool
    decay: Annotated[float, Setting(0.0, 1.0, "AdamW's weight decay, on kernels only; 0 is plain Adam")]
    smoothing: Annotated[float, Setting(0.0, 0.9, "label smoothing")]
    dropout: Annotated[float, Setting(0.0, 0.9, "fraction of the hidden layer dropped in a training step")]
    average: Annotated[float, Setting(0.0, 0.9999, "momentum of the average of the weights that is saved")]
    distortion: Distortion | None
    mixed: bool = False
    restart: Annotated[int, Setting(0, MOST, "how many of the last steps form a second cosine")] = 0
    restart_rate: Annotated[float, Setting(0.0, 1.0, "learning rate at the start of the second cosine")] = 0.0
    glyphs: Annotated[int, Setting(0, LARGEST_BATCH, "synthetic digits per step")] = 0
    drawings: Annotated[int, Setting(0, LARGEST_BATCH, "people's drawings per step, MNIST's without --strokes")] = 0
    # With a different pen each; the distortions do the rest.
    renderings: Annotated[int, Setting(1, 1_000, "how often each of these drawings is placed on the pad")] = 4
    outliers: Annotated[int, Setting(0, LARGEST_BATCH, "synthetic non-digits per step, whose target is uniform")] = 0
    doodles: Annotated[int, Setting(0, LARGEST_BATCH, "people's non-digits per step, or synthetic ones")] = 0
    torn: Annotated[int, Setting(0, LARGEST_BATCH, "ambiguous drawings per step, trained towards both digits")] = 0
    # As the original.
    report_every: Annotated[int, Setting(1, MOST, "steps between two lines with the training accuracy")] = 100
    # 1 to 2 seconds each: 2 % of the time.
    validate_every: Annotated[int, Setting(1, MOST, "steps between two measurements of the validation accuracy")] = 500
    # As the original; 0.1 seconds each.
    checkpoint_every: Annotated[int, Setting(1, MOST, "steps between two checkpoints: the most a crash costs")] = 100
    blend: Annotated[float, Setting(0.0, 1.0, "share of the new weights in their mean with the initial ones")] = 1.0
    continues: bool = False
    personal: bool = False

    def __post_init__(self) -> None:
        extra = self.glyphs + self.drawings + self.outliers + self.doodles + self.torn
        if self.batch <= extra:
            raise ValueError(f"A batch of {self.batch} leaves no room for MNIST beside {extra} others; enlarge it.")
        if self.steps < self.warmup + self.restart:
            raise ValueError(
                f"{self.steps:,} steps are fewer than a warm-up of {self.warmup:,} and a second cosine of "
                f"{self.restart:,}; lower these too."
            )


SETTINGS: dict[str, Setting] = {
    field.name: get_args(field.type)[1] for field in dataclasses.fields(Recipe) if get_origin(field.type) is Annotated
}


# The original, the program of 2016 that `lenet.model.network` names, number for number: the baseline for all others.
# TensorFlow's tutorial *Deep MNIST for Experts*, 2015, which reports 99.2 %, trains the same layers with Adam at 1e-4,
# 20,000 steps of 50 and dropout 0.5.
PLAIN = Recipe(
    name="plain",
    steps=10_000,
    batch=100,
    rate=1e-3,
    warmup=0,
    cosine=False,
    decay=0.0,
    smoothing=0.0,
    dropout=0.2,  # the original keeps 0.8
    average=0.0,
    distortion=None,
)

AUGMENTED = Recipe(
    name="augmented",
    steps=12_000,  # 28 epochs
    batch=128,  # a little more than 100 costs little and steadies the gradient
    rate=1e-3,  # Adam's default; the cosine makes the exact value matter little
    warmup=500,  # the wide initial weights (σ 0.1) give large first gradients
    cosine=True,
    decay=0.02,  # times the rate; holds the 3.2 million weights of the hidden layer down
    smoothing=0.02,  # a few labels of MNIST are wrong; certainty costs more than it gains
    dropout=0.4,  # 3,136 × 1,024 weights memorize 55,000 pictures at 0.2
    average=0.999,  # the last 1,000 steps, in which the rate is near 0 anyway
    # The variation of one person's hand. 15° turns no 6 into 9 and no 1 into 7; centring the mass rounds to a whole
    # pixel, so 2 px cover what preprocessing leaves; half a pixel on each side is MNIST's spread of pens, ± 0.66.
    distortion=Distortion(rotation=15, scale=0.15, shear=0.2, shift=2, bend=1.1, stroke=0.5, tone=0.5),
)

# Reaches the 99.2 % of TensorFlow's tutorial in a tenth of the original's time: one cycle of a high rate in small
# batches, as the number of steps is what counts.
FAST = dataclasses.replace(
    AUGMENTED,
    name="fast",
    mixed=True,
    steps=1_400,
    batch=64,  # in the same time, 100 and 40 misread a fifth more of the validation images
    rate=3e-3,  # 2e-3 misreads a sixth more, 4.5e-3 a tenth
    warmup=100,
    smoothing=0.0,
    dropout=0.3,  # 0.15 misreads a tenth more
    average=0.0,  # the rate is near 0 at the end; an average read equally well and takes time
    distortion=Distortion(rotation=8, scale=0.08, shear=0.1, shift=1, bend=0.5, stroke=0.3, tone=0.3),
    validate_every=350,
)

WORLD = dataclasses.replace(
    AUGMENTED,
    name="world",
    mixed=True,
    steps=12_000,
    batch=192,  # 96 of MNIST; with fewer, the rest would be learned at its cost
    # Styles and doubt are learned within the first thousand steps; more of them costs MNIST.
    glyphs=38,  # rare styles are 5 to 10 % of a digit's glyphs: one picture of each style every few steps
    torn=2,
    drawings=24,
    outliers=14,
    doodles=18,
    restart=3_000,
    restart_rate=5e-4,
)

# More of what `world` still misreads, for its weights: `python -m lenet.train --recipe refine --from runs/world`.
REFINE = dataclasses.replace(
    WORLD,
    name="refine",
    continues=True,
    steps=4_000,
    renderings=8,
    rate=5e-4,  # as the restart
    warmup=100,  # Adam has no statistics of these weights' gradients yet
    restart=0,
)

# One person's hand for trained weights: `python -m lenet.train --strokes my-drawings.jsonl --from weights`. Its values
# weigh what is learned of a hand against what is forgotten, measured on other drawings by two odd hands, MNIST's
# validation images, the validation tenth of pendigits-train, and doodles.
HAND = dataclasses.replace(
    WORLD,
    name="hand",
    mixed=False,
    continues=True,
    personal=True,
    steps=300,  # one minute; a third of it forgets more, as the rate falls before the old is relearned
    rate=3e-4,  # twice as much learns the hand little better and forgets more of other people
    warmup=30,  # Adam has no statistics of these weights' gradients yet
    restart=0,
    glyphs=18,
    torn=0,
    doodles=0,
    drawings=20,  # with 36, more of MNIST is forgotten; with 12, the hand is learned less well
    renderings=20,  # two seconds for fifty drawings; each picture is then seen six times
    outliers=24,  # with 16, doodles are more often taken for odd digits
    # More MNIST per batch, and half of what is learned: 18 of MNIST's validation images are misread instead of 20 with
    # 144 and 0.7 (17 before), and with both 3 of the odd hand's 200 drawings (72 before).
    batch=260,
    blend=0.5,
    validate_every=100,  # before, after, and twice in between
)

PURPOSES = {
    "plain": "the original program of 2016, number for number",
    "fast": "99.2 % of MNIST in 40 seconds: one cycle of a high rate",
    "augmented": "distorted MNIST, for more accuracy",
    "world": "augmented, with synthetic digits, people's drawings and non-digits",
    "refine": "more of what is not MNIST, for the weights of world: --from runs/world",
    "hand": "one person's hand, for trained weights: --from weights --strokes FILE",
}
RECIPES = {recipe.name: recipe for recipe in (PLAIN, FAST, AUGMENTED, WORLD, REFINE, HAND)}
DEFAULT = WORLD
