"""Readers, one a format; `jobs.train.datasets.formats` lists them all."""
