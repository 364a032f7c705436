#!/bin/sh
# Trains once: a store that has a version already is left alone.
set -eu
if [ -n "$(ls -A "$DETECTOR_STORE/models" 2>/dev/null)" ]; then
  echo "The store has a version: nothing to train."
  exit 0
fi
exec detector train "$@"
