from bot.lean import load_without

load_without("rich", "structlog")  # 3 MB for tracebacks that logs.py writes plainly
