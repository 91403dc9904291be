"""The page of an audit: one HTML file that opens offline, with every finding's generations and the plots."""
