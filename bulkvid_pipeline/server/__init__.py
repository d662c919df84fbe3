"""`bulkvid serve`: API, Dagster's web server and Dagster's daemon as children of one process that watches over them."""
