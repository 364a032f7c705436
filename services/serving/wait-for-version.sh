#!/bin/bash
# TensorFlow Serving exits when it is given nothing to serve: until training has published a version, wait for it.
config=${1:-/store/models.config}
store=$(dirname "$config")
# The first process of a container ignores a SIGTERM that it has no handler for.
trap 'exit 143' TERM

# Prints the first of the given paths that is there and may not be read: its owner is what has to be changed.
unreadable() {
  for path in "$@"; do
    if [ -d "$path" ] && [ ! -x "$path" ] || [ -e "$path" ] && [ ! -r "$path" ]; then
      echo "$path"
      return
    fi
  done
}

reason() {
  local path
  path=$(unreadable "$store" "$config")
  if [ -n "$path" ]; then
    echo "The store cannot be read: $path belongs to $(stat -c 'user %u, group %g, with mode %a' "$path"), and this is" \
      "user $(id -u), group $(id -g). Make this user its owner; waiting until it can be read."
  else
    echo "There is no version in the store yet: $config names none. Waiting for the first training to publish one."
  fi
}

said=""
until grep -qs '^ *config {' "$config"; do
  why=$(reason)
  [ "$why" = "$said" ] || echo "$why"
  said=$why
  sleep 1 &
  wait $!
done
