"""Training in a Kubernetes cluster: `jobs/train` as a Job, followed from here as if it ran here."""
