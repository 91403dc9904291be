"""The frozen reports, a schema each: everything that is shown is read from them."""
