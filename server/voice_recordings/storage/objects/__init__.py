"""Audio in an object store: S3, and what else obstore reaches."""
