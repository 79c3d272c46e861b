"""Time and memory, always as ratios within one run; docs/performance.md says what they mean."""
