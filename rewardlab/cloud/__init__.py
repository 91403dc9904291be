"""How an AWS account is reached: the session, and what AWS refuses in words that say what to do."""
