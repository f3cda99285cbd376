"""The bus: topics between roles, in one process or over brokers."""

__all__: list[str] = []
