"""What the gateway costs, against doing the same without it: one module a row, each one a command."""
