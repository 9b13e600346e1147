"""Motion within a clip: optical flow, the frames between two others, slow motion."""
