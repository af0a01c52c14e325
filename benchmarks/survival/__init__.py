"""What happens to work, to data and to the machine when something goes wrong or somebody means harm."""
