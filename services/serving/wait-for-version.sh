#!/bin/bash
# TensorFlow Serving exits when it is given nothing to serve: until training has published a version, wait for it.
config=${1:-/store/models.config}
# The first process of a container ignores a SIGTERM that it has no handler for.
trap 'exit 143' TERM
ready() { grep -qs '^ *config {' "$config"; }
ready || echo "There is no version in the store yet: $config names none. Waiting for the first training to publish one."
until ready; do
  sleep 1 &
  wait $!
done
