#!/bin/sh
# Trains once: a store that has a version already is left alone.
set -eu
# A first publication that was killed: TensorFlow Serving would wait for its models.config for ever.
if [ -d "$DETECTOR_STORE/models" ] && [ ! -e "$DETECTOR_STORE/models.config" ]; then
  detector release recover
fi
if [ -e "$DETECTOR_STORE/models.config" ]; then
  echo "The store has a version: nothing to train."
  exit 0
fi
exec detector train "$@"
