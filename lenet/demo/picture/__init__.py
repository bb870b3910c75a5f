"""Read a picture: photos, scans and test images of MNIST."""
