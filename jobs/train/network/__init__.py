"""The networks: MobileNet v1's layers as the base, and the two heads that stand on it."""
