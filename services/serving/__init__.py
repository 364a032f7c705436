"""What knows TensorFlow Serving: its configuration, its messages, and a client of its replicas."""
