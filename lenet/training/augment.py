"""Random distortions of a batch of digits, computed inside the TensorFlow graph.

Every amount is drawn from a stateless seed, so a resumed training sees the same pictures as an uninterrupted one.
"""

import math

import tensorflow as tf

from lenet.image.preprocess import SIDE
from lenet.training.recipes import Distortion

MIDDLE = 14.0  # pixel index of the centre of mass, which distortions leave in place
# One knot every six pixels: a finer grid would tear strokes of 2.5 pixels, a coarser one would only shift the digit.
KNOTS = 5


def distort(pictures: tf.Tensor, distortion: Distortion, seed: tf.Tensor) -> tf.Tensor:
    """Distort every picture of a batch by its own random amounts.

    Args:
        pictures: (N, 28, 28, 1) float32, 0 = paper, 1 = ink.
        distortion: the largest amounts.
        seed: (2,) int32; equal seeds give equal distortions.

    Returns:
        (N, 28, 28, 1) float32 in [0, 1].
    """
    count = tf.shape(pictures)[0]
    amount = tf.random.stateless_uniform((8, count, 1, 1), seed, -1.0, 1.0)
    bend = tf.random.stateless_uniform((count, KNOTS, KNOTS, 2), tf.add(seed, [0, 1 << 30]), -1.0, 1.0)
    pictures = _warp(pictures, *_affine(distortion, amount[:6]), distortion.bend * bend)
    pictures = _stroke_width(pictures, distortion.stroke * amount[6][..., None])
    return tf.pow(pictures, tf.exp(distortion.tone * amount[7][..., None]))


def _affine(distortion: Distortion, amount: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the input position that each output pixel shows: rotated, scaled, sheared and shifted about the middle.

    `amount` is (6, N, 1, 1) in [-1, 1]; the result is rows and columns, each (N, 28, 28), in pixels.
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
    """Resample bilinearly at (row, column), displaced by a smooth field: (N, K, K, 2) pixels at K × K knots.

    The field is the elastic distortion of Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural
    Networks Applied to Visual Document Analysis" (2003).
    """
    count = tf.shape(pictures)[0]
    field = tf.image.resize(bend, (SIDE, SIDE), "bicubic")
    # A margin of paper around every picture: positions outside the picture show the margin.
    padded = tf.reshape(tf.pad(pictures, [[0, 0], [1, 1], [1, 1], [0, 0]]), [-1])
    row = tf.clip_by_value(row + field[..., 0] + 1, 0, SIDE + 0.999)
    column = tf.clip_by_value(column + field[..., 1] + 1, 0, SIDE + 0.999)
    top, left = tf.floor(row), tf.floor(column)
    down, right = row - top, column - left
    width = SIDE + 2
    first = tf.range(count)[:, None, None] * width**2 + tf.cast(top, tf.int32) * width + tf.cast(left, tf.int32)
    upper = tf.gather(padded, first) * (1 - right) + tf.gather(padded, first + 1) * right
    lower = tf.gather(padded, first + width) * (1 - right) + tf.gather(padded, first + width + 1) * right
    return (upper * (1 - down) + lower * down)[..., None]


def _stroke_width(pictures: tf.Tensor, amount: tf.Tensor) -> tf.Tensor:
    """Blend with the dilated picture where `amount`, (N, 1, 1, 1), is positive, and with the eroded one elsewhere."""
    sign = tf.sign(amount)  # erosion is dilation of the paper
    changed = sign * _dilate(sign * pictures)
    return pictures + tf.abs(amount) * (changed - pictures)


def _dilate(pictures: tf.Tensor) -> tf.Tensor:
    """Return the maximum of every 3 × 3 neighbourhood, by rows and columns: TensorFlow's max-pool is 6 times slower."""
    padded = tf.pad(pictures, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
    rows = tf.maximum(tf.maximum(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    return tf.maximum(tf.maximum(rows[:, :, :-2], rows[:, :, 1:-1]), rows[:, :, 2:])
