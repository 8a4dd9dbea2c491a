"""Access tokens as the platforms give them: with an end, exchanged early or by force, refused when they are old."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tests.support.weixin.state import DAY, Json, Refused, State

LASTS = 7200.0
OVERLAP = 300.0
FORCED_GAP = 30.0
FORCED_A_DAY = 20


@dataclass
class Account:
    """Of one secret. `ends` says until when each token is taken."""

    name: str
    secret: str
    token: str = ""
    ends: dict[str, float] = field(default_factory=dict)
    forced: deque[float] = field(default_factory=deque)


class TokenDesk:
    def __init__(self, state: State) -> None:
        self._state = state
        self.accounts: dict[str, Account] = {}
        self.lasts = LASTS
        self.refuses_all = False  # a token is given, and never taken
        self.rotates_always = False  # every fetch ends the token before, as it did with the old end point

    def add(self, name: str, secret: str) -> Account:
        return self.accounts.setdefault(name, Account(name, secret))

    def rotate(self, name: str, overlap: float = 0.0) -> str:
        """Somebody else exchanged the token; the old one is taken for so many seconds more."""
        return self._exchange(self.accounts[name], overlap)

    def stable(self, name: str, secret: str, is_forced: bool) -> Json:
        """Of an official account: exchanged in the last five minutes, or by force, at most twenty times a day."""
        account = self._account(name, secret, 40125, is_forced)
        now = self._state.now()
        if is_forced:
            self._force(account, now)
        elif self.rotates_always or account.ends.get(account.token, 0.0) - now <= OVERLAP:
            self._exchange(account, OVERLAP)
        return self._told(account)

    def corp_of(self, secret: str) -> Json:
        """Of the part of WeCom with this secret: the same until it ends."""
        name = next((each.name for each in self.accounts.values() if ":" in each.name and each.secret == secret), "")
        if not name:
            raise Refused(40001, "invalid credential")
        account = self._account(name, secret, 40001, False)
        if self.rotates_always or account.ends.get(account.token, 0.0) <= self._state.now():
            self._exchange(account, 0.0)
        return {"errcode": 0, "errmsg": "ok", **self._told(account)}

    def check(self, token: str, refusal: int) -> Account:
        """The account of a token; `refusal` is the code for one that is unknown."""
        if not token:
            raise Refused(41001, "access_token missing")
        if self.refuses_all:
            raise Refused(refusal, "invalid credential, access_token is invalid or not latest")
        for account in self.accounts.values():
            if token in account.ends:
                if account.ends[token] <= self._state.now():
                    raise Refused(42001, "access_token expired")
                return account
        raise Refused(refusal, "invalid credential, access_token is invalid or not latest")

    def _account(self, name: str, secret: str, wrong: int, is_forced: bool) -> Account:
        self._state.fetches[name] += 1
        if is_forced:
            self._state.fetches[f"{name}:forced"] += 1
        if name not in self.accounts:
            raise Refused(40013, "invalid appid")
        account = self.accounts[name]
        if account.secret != secret:
            raise Refused(wrong, "invalid appsecret")
        return account

    def _force(self, account: Account, now: float) -> None:
        while account.forced and account.forced[0] <= now - DAY:
            account.forced.popleft()
        if len(account.forced) >= FORCED_A_DAY:
            raise Refused(45009, "reach max api daily quota limit")
        if not account.forced or account.forced[-1] <= now - FORCED_GAP:
            account.forced.append(now)
            self._exchange(account, 0.0)

    def _exchange(self, account: Account, overlap: float) -> str:
        now = self._state.now()
        for token, end in account.ends.items():
            account.ends[token] = min(end, now + overlap)
        account.token = f"{account.name}-{self._state.number():06d}-{'t' * 40}"
        account.ends[account.token] = now + self.lasts
        return account.token

    def _told(self, account: Account) -> Json:
        lasts = int(account.ends[account.token] - self._state.now())
        return {"access_token": account.token, "expires_in": lasts}
