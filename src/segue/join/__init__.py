"""Joining two clips by a generated transition."""
