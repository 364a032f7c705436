#!/bin/sh
# Prints the rules as objects of the Prometheus operator: deploy/prometheus/operator.sh | kubectl apply -f -
set -eu
for file in "$(dirname "$0")"/rules/*.yml; do
  cat <<END
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: detector-$(basename "$file" .yml)
  namespace: detector
  labels:
    app.kubernetes.io/name: pocket-detector
    app.kubernetes.io/part-of: pocket-detector
spec:
END
  sed 's/^/  /' "$file"
done
