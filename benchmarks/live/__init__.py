"""Parts of the benchmarks of live trading: an exchange with stamps, a trader on it, a peer."""
