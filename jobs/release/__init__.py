"""Releases: which version the channels point to, moved safely. Without TensorFlow, so that a server can do it."""
