"""The names that `--format` takes; apart from the readers, so that the command line need not import them."""

FORMAT_NAMES = (
    "voc",
    "coco",
    "yolo",
    "csv",
    "tfrecord",
    "labelme",
    "createml",
    "via",
    "vott",
    "datumaro",
    "cvat",
    "labelstudio",
    "labelbox",
    "sagemaker",
)
