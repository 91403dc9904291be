"""The run directory: what an audit sampled, scored and asked, kept so that a kill at any moment loses nothing."""
