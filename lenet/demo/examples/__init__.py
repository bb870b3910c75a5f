"""Example drawings that the pad draws by itself."""
