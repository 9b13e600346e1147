"""Joining clips by generated transitions, and slow motion."""
