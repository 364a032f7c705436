"""Locks of what the project needs, and how an environment is made from one."""
