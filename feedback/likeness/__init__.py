"""Which opinions are alike: the same text sent many times, and earlier opinions about the same thing."""
