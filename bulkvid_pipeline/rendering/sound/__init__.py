"""The sound of a finished programme: music beds, levelling, ducking, loudness and true peak."""
