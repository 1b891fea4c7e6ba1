"""Every page rendered from an example, its words translated, its markup sound."""
