"""The sound of a whole video ("programme"): background music ("beds"), levelling, ducking, loudness, true peak."""
