"""Readers, one a format; `jobs.train.data.formats` lists them all."""
