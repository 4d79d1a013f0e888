"""Renderers: one module an output format."""
