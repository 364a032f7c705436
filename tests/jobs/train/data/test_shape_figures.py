import numpy as np
import pytest
from PIL import Image, ImageDraw

from jobs.train.data.shape_figures import DISTRACTORS, OBJECTS, Maker, paint


@pytest.mark.parametrize("make", [*OBJECTS, *DISTRACTORS])
def test_the_box_fits_what_is_drawn(make: Maker) -> None:
    for seed in range(40):
        random = np.random.default_rng(seed)
        stroke = float(2 * random.integers(1, 5))
        figure = make(random, float(random.uniform(30, 200)), (200.0, 200.0))
        canvas = Image.new("RGB", (400, 400))
        paint(random, ImageDraw.Draw(canvas), figure, stroke, (255, 255, 255))
        drawn = canvas.getbbox()
        assert drawn is not None
        assert np.allclose(drawn, figure.extent(stroke), atol=1.01), (make, seed)
