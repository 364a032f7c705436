"""A stand-in for TensorFlow Serving where its image cannot be had: official stubs, real SavedModels.

It behaves as the real server was seen to (version policies, labels, status codes, cold start), and is for
tests and demonstrations only. Run it with `python -m tests.serving_standin --model_config_file FILE`.
"""
