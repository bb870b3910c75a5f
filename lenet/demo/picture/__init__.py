"""The accordion “Read a picture”: photos, scans and MNIST test images."""
