"""What a script cell says: `parse_script` reads its dialect once, for cards, captions and voice alike."""
