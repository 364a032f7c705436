"""The data report without training: what is in a dataset, what is wrong with it, and a page that shows it.

Nothing here imports TensorFlow, and nothing is written but the page.
"""

from jobs.train.check.checked import CheckedData, check_data
from jobs.train.check.page import render_page

__all__ = ["CheckedData", "check_data", "render_page"]
