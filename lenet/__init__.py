"""Handwritten digits: LeNet-5 trained on MNIST, and a page to draw on."""

__version__ = "0.2.0"
