#!/bin/bash
# The official image has no HTTP client. The port opens when the first versions are loaded, not before.
exec 3<>/dev/tcp/127.0.0.1/8500
