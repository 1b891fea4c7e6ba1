"""Tests of company data: page by page, complete before any report."""
