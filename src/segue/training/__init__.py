"""Training: one method, one model, one image set; resumable to the bit, with diagnostics."""

from segue.training.diagnostics import diagnose, odd_range
from segue.training.held_out import Figures, score
from segue.training.options import Training, pick_device
from segue.training.run import Trained, train

__all__ = ["Figures", "Trained", "Training", "diagnose", "odd_range", "pick_device", "score", "train"]
