"""Jobs: one frozen request in, one frozen result out, progress by a callback. All doors lead here."""
