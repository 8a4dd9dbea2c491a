"""`guanjia` as it is, but without the send rates of Telegram: the bench asks what the house can, not what it may."""

from __future__ import annotations

import os

os.environ.setdefault("PTB_TIMEDELTA", "1")

from collections.abc import Sequence

from bot.__main__ import main
from bot.channels import telegram
from bot.channels.base import Rate


class Unlimited(telegram.Telegram):
    def rates(self, address: str) -> Sequence[Rate]:
        return ()


telegram.Telegram = Unlimited  # type: ignore[misc]

if __name__ == "__main__":
    main()
