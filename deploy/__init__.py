"""What turns the code into running services: images, manifests, monitoring."""
