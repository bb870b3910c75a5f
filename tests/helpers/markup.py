"""Parse HTML of the page."""

from html.parser import HTMLParser
from urllib.request import urlopen

import numpy as np
from PIL import Image


class Html(HTMLParser):
    """The attributes of all elements, with their tag, and the texts, both in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[dict[str, str]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append({"tag": tag} | dict(attrs))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, **attributes: str) -> list[dict[str, str]]:
        """Return the elements with these attributes, or this `tag`."""
        return [element for element in self.elements if attributes.items() <= element.items()]


def pixels(data_url: str) -> np.ndarray:
    """Return the picture of a data URL."""
    return np.asarray(Image.open(urlopen(data_url)))
