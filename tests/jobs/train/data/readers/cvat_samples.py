"""The samples of `writing` as CVAT exports them."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tests.jobs.train.data.writing import HEIGHT, LABELS, SAMPLES, WIDTH, Labelled, put

CVAT_FILE = "annotations.xml"


def cvat_element(tag: str, inside: str = "", **attributes: object) -> str:
    stated = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items())
    return f"<{tag}{stated}>{inside}</{tag}>"


def cvat_box(label: str, x0: float, y0: float, x1: float, y1: float, **more: object) -> str:
    edges = {"xtl": f"{x0:.2f}", "ytl": f"{y0:.2f}", "xbr": f"{x1:.2f}", "ybr": f"{y1:.2f}"}
    stated = {"label": label, "source": "manual", "occluded": 0, **edges, "z_order": 0, **more}
    return cvat_element("box", "", **stated)


def cvat_image(sample: Labelled, inside: str | None = None, **more: object) -> str:
    if inside is None:
        inside = "".join(cvat_box(*box) for box in sample.boxes)
    stated = {"id": 0, "name": f"{sample.stem}.jpg", "width": WIDTH, "height": HEIGHT} | more
    return cvat_element("image", inside, **stated)


def cvat_label(name: str, kind: str = "rectangle", parent: str = "") -> str:
    more = f"<attributes></attributes>{f'<parent>{parent}</parent>' if parent else ''}"
    return f"<label><name>{escape(name)}</name><color>#fa3253</color><type>{kind}</type>{more}</label>"


def cvat_document(
    *children: str, labels: str = "".join(map(cvat_label, LABELS)), task: str = "", kind: str = "task"
) -> str:
    meta = f"<meta><{kind}><id>7</id><name>pets</name><size>4</size>{task}<labels>{labels}</labels></{kind}>"
    head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    return f"{head}{meta}<dumped>2024-05-01 10:00:00.0+00:00</dumped></meta>{''.join(children)}\n</annotations>\n"


def write_cvat(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    """The samples as "CVAT for images 1.1" with its photos."""
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put(root / CVAT_FILE, cvat_document(*(cvat_image(sample) for sample in samples)))
