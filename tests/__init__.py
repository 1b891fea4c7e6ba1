"""Tests: each reads like the requirement and asserts on rows, sent mail, HTTP answers or pixels."""
