"""Public rewards, installed from the package index and audited on generations whose truth is known."""
