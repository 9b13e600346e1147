"""Training: one method, one model, one image set; resumable to the bit, and looked after by a doctor."""

from segue.training.diagnostics import examine, odd_range
from segue.training.held_out import Row, score
from segue.training.options import Training, pick_device
from segue.training.run import Trained, train

__all__ = ["Row", "Trained", "Training", "examine", "odd_range", "pick_device", "score", "train"]
