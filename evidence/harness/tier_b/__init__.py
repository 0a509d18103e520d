"""Tier B: any causal language model, text questions, and judges with a written rubric."""
