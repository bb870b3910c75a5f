"""Distortions of a batch of digits, inside the graph: what hands, pens and screens do to the same digit.

Every distortion is drawn from a stateless seed: training that stopped and went on saw the pictures of an unbroken one.
"""

import math
from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True)
class Distortion:
    """How far a picture may be distorted; each amount is drawn uniformly from -x to +x.

    Attributes:
        rotation: degrees.
        scale: part of the size, each axis by itself.
        shear: horizontal pixels a pixel of height.
        shift: pixels, each axis by itself.
        stroke: 1 turns strokes a whole pixel fatter (+, grey dilation) or thinner (-, grey erosion) on every side.
        tone: 1 makes grey edges up to e times darker or lighter in the exponent (gamma).
    """

    rotation: float
    scale: float
    shear: float
    shift: float
    stroke: float
    tone: float


def distort(pictures: tf.Tensor, distortion: Distortion, seed: tf.Tensor) -> tf.Tensor:
    """Distort every picture of a batch by amounts of its own.

    Args:
        pictures: (N, 28, 28, 1) float32, 0 = paper, 1 = ink.
        distortion: how far.
        seed: (2,) int32; the same seed distorts the same.

    Returns:
        (N, 28, 28, 1) float32 in [0, 1].
    """
    count = tf.shape(pictures)[0]
    amount = tf.random.stateless_uniform((8, count), seed, -1.0, 1.0)
    pictures = _affine(pictures, distortion, amount[:6])
    pictures = _stroke_width(pictures, distortion.stroke * amount[6][:, None, None, None])
    return tf.pow(pictures, tf.exp(distortion.tone * amount[7][:, None, None, None]))


def _affine(pictures: tf.Tensor, distortion: Distortion, amount: tf.Tensor) -> tf.Tensor:
    """Rotate, scale, shear and shift about the centre of mass, pixel index 14; amount is (6, N) in [-1, 1]."""
    angle = amount[0] * (distortion.rotation * math.pi / 180)
    across, down = tf.exp(-distortion.scale * amount[1]), tf.exp(-distortion.scale * amount[2])
    shear = distortion.shear * amount[3]
    cos, sin = tf.cos(angle), tf.sin(angle)
    # The matrix takes an output pixel to the input pixel it shows: x' = a x + b y + c, y' = d x + e y + f.
    a, b = across * cos, across * (shear * cos - sin)
    d, e = down * sin, down * (shear * sin + cos)
    middle = 14.0
    c = middle - a * middle - b * middle + distortion.shift * amount[4]
    f = middle - d * middle - e * middle + distortion.shift * amount[5]
    zero = tf.zeros_like(a)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures,
        transforms=tf.stack([a, b, c, d, e, f, zero, zero], axis=1),
        output_shape=tf.shape(pictures)[1:3],
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
        fill_value=0.0,
    )


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
