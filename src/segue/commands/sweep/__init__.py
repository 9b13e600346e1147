"""A sweep: axes over the options of a training, a journal that workers share, and what each trial is measured by."""
