#!/bin/sh
# A script, because some engines split the arguments of a check at spaces.
exec wget -q -O /dev/null http://127.0.0.1:3000/api/health
