"""Processes that run the reward, apart from the audit: started fresh, asked, measured, ended."""
