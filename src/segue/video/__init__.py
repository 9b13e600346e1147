"""Video clips in and out, as streams of pictures and of sound. The one importer of PyAV.

A picture is uint8 `[h, w, 3]`, upright, of square pixels; sound is float32 `[k, 2]`, -1 to 1.
"""

from segue.video.codecs import CODECS, ENDINGS, FILMS, CodecName, carries_sound, check_output, most_bytes
from segue.video.gif import write_gif
from segue.video.inspect import Clip, ClipInfo, examine, probe
from segue.video.read import read_frames, read_sound
from segue.video.write import FilmWriter

__all__ = [
    "CODECS",
    "ENDINGS",
    "FILMS",
    "Clip",
    "ClipInfo",
    "CodecName",
    "FilmWriter",
    "carries_sound",
    "check_output",
    "examine",
    "most_bytes",
    "probe",
    "read_frames",
    "read_sound",
    "write_gif",
]
