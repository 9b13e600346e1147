"""Pictures, films and figures of results."""
