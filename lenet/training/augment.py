"""Distortions of a batch of digits, inside the graph: what hands, pens and screens do to the same digit.

Every distortion is drawn from a stateless seed: training that stopped and went on saw the pictures of an unbroken one.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

SIDE = 28
MIDDLE = 14.0  # pixel index of the centre of mass, which distortions leave in place
# One place of its own every six pixels: finer would tear strokes of 2.5 pixels, coarser only shift the digit.
KNOTS = 5


@dataclass(frozen=True)
class Distortion:
    """How far a picture may be distorted; each amount is drawn uniformly from -x to +x.

    Attributes:
        rotation: degrees.
        scale: part of the size, each axis by itself.
        shear: horizontal pixels a pixel of height.
        shift: pixels, each axis by itself.
        bend: pixels, each of KNOTS × KNOTS places by itself, smoothly in between: a hand that wavers.
        stroke: 1 turns strokes a whole pixel fatter (+, grey dilation) or thinner (-, grey erosion) on every side.
        tone: 1 makes grey edges up to e times darker or lighter in the exponent (gamma).
    """

    rotation: float
    scale: float
    shear: float
    shift: float
    bend: float
    stroke: float
    tone: float


def distort(
    pictures: tf.Tensor, distortion: Distortion, seed: tf.Tensor, first: int = 0, whole: int | None = None
) -> tf.Tensor:
    """Distort every picture of a batch by amounts of its own.

    Args:
        pictures: (N, 28, 28, 1) float32, 0 = paper, 1 = ink.
        distortion: how far.
        seed: (2,) int32; the same seed distorts the same.
        first: where the pictures begin in their batch, if they are a part of one; each is distorted as among all.
        whole: pictures of that batch; None: these are all.

    Returns:
        (N, 28, 28, 1) float32 in [0, 1].
    """
    count = tf.shape(pictures)[0]
    drawn = count if whole is None else whole
    amount = tf.random.stateless_uniform((8, drawn, 1, 1), seed, -1.0, 1.0)[:, first : first + count]
    bend = tf.random.stateless_uniform((drawn, KNOTS, KNOTS, 2), tf.add(seed, [0, 1 << 30]), -1.0, 1.0)
    bend = bend[first : first + count]
    pictures = _warp(pictures, *_affine(distortion, amount[:6]), distortion.bend * bend)
    pictures = _stroke_width(pictures, distortion.stroke * amount[6][..., None])
    return tf.pow(pictures, tf.exp(distortion.tone * amount[7][..., None]))


def _affine(distortion: Distortion, amount: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Which place of the input each pixel of the output shows: rotated, scaled, sheared, shifted about the middle.

    `amount` is (6, N, 1, 1) in [-1, 1]; returns rows and columns, each (N, 28, 28), in pixels.
    """
    row, column = tf.meshgrid(tf.range(-MIDDLE, SIDE - MIDDLE), tf.range(-MIDDLE, SIDE - MIDDLE), indexing="ij")
    angle = amount[0] * (distortion.rotation * math.pi / 180)
    row, column = (
        tf.sin(angle) * column + tf.cos(angle) * row,
        tf.cos(angle) * column - tf.sin(angle) * row,
    )
    column = tf.exp(distortion.scale * amount[1]) * (column + distortion.shear * amount[2] * row)
    row = tf.exp(distortion.scale * amount[3]) * row
    return row + MIDDLE + distortion.shift * amount[4], column + MIDDLE + distortion.shift * amount[5]


def _warp(pictures: tf.Tensor, row: tf.Tensor, column: tf.Tensor, bend: tf.Tensor) -> tf.Tensor:
    """Show each pixel's place of the input, bent further by a smooth field: (N, K, K, 2) pixels at K × K knots.

    The bending is the elastic distortion of Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis" (2003).
    """
    count = tf.shape(pictures)[0]
    field = tf.image.resize(bend, (SIDE, SIDE), "bicubic")
    # A rim of paper round every picture: what lies beyond it shows the rim.
    rimmed = tf.reshape(tf.pad(pictures, [[0, 0], [1, 1], [1, 1], [0, 0]]), [-1])
    row = tf.clip_by_value(row + field[..., 0] + 1, 0, SIDE + 0.999)
    column = tf.clip_by_value(column + field[..., 1] + 1, 0, SIDE + 0.999)
    top, left = tf.floor(row), tf.floor(column)
    down, right = row - top, column - left
    width = SIDE + 2
    first = tf.range(count)[:, None, None] * width**2 + tf.cast(top, tf.int32) * width + tf.cast(left, tf.int32)
    upper = tf.gather(rimmed, first) * (1 - right) + tf.gather(rimmed, first + 1) * right
    lower = tf.gather(rimmed, first + width) * (1 - right) + tf.gather(rimmed, first + width + 1) * right
    return (upper * (1 - down) + lower * down)[..., None]


def _stroke_width(pictures: tf.Tensor, amount: tf.Tensor) -> tf.Tensor:
    """Blend with the dilated picture where amount is above 0, with the eroded one below; amount is (N, 1, 1, 1)."""
    sign = tf.sign(amount)  # erosion is the dilation of the paper
    other = sign * _dilate(sign * pictures)
    return pictures + tf.abs(amount) * (other - pictures)


def _dilate(pictures: tf.Tensor) -> tf.Tensor:
    """The maximum of every 3 × 3 neighbourhood: rows, then columns. TensorFlow's max-pool takes six times as long."""
    edged = tf.pad(pictures, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
    rows = tf.maximum(tf.maximum(edged[:, :-2], edged[:, 1:-1]), edged[:, 2:])
    return tf.maximum(tf.maximum(rows[:, :, :-2], rows[:, :, 1:-1]), rows[:, :, 2:])
