"""The domain shared by training, release and serving: boxes, images, labels, manifest, store, errors.

Nothing in this package imports TensorFlow, a web framework or gRPC.
"""
