"""Long work: which handler does which kind of job, and the round in which a worker does one."""
