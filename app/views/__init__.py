"""What a person sees. Windows hold ids and snapshots, and ask the workspace for everything else."""
