"""One module per subcommand: `command`, whose options become real parameters of a library function."""
