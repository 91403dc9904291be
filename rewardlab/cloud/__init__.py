"""Access to an AWS account: opening a session, and turning AWS's refusals into errors that say what to do."""
