"""The subcommands, one module each: `command` declares the options and calls a library function with them."""
