"""Readers for the exports of annotation and evaluation tools, one module per tool."""
