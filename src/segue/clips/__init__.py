"""Video clips in and out, as streams of pictures and of sound. The one importer of PyAV.

A picture is uint8 `[h, w, 3]`, upright, of square pixels; sound is float32 `[k, 2]`, -1 to 1.
"""

from segue.clips.gif import write_gif
from segue.clips.probe import ClipInfo, probe
from segue.clips.read import read_frames, read_sound
from segue.clips.write import FILMS, FilmWriter

__all__ = ["FILMS", "ClipInfo", "FilmWriter", "probe", "read_frames", "read_sound", "write_gif"]
