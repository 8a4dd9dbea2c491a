"""Settings of the channels; what is secret comes from the environment."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TelegramSettings(Section):
    webhook_url: str = ""
    base_url: str = "https://api.telegram.org/bot"
    base_file_url: str = "https://api.telegram.org/file/bot"
    username: str = ""
    token: str = Field(default="", repr=False)
    webhook_secret: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9_-]*$")


class WechatTemplateSettings(Section):
    """`fields`: by its name in the template what stands in it."""

    id: str = ""
    fields: dict[str, Literal["text", "house", "time"]] = {"thing1": "text"}


class WechatSubscriptionSettings(Section):
    template_id: str = ""
    scene: int = Field(default=1, ge=0, le=10_000)
    title: str = Field(default="", max_length=15)


class WechatSettings(Section):
    app_id: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    customer_service: bool = False
    mass_send: bool = False
    base_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://\S+$")
    template: WechatTemplateSettings = WechatTemplateSettings()
    subscription: WechatSubscriptionSettings = WechatSubscriptionSettings()
    secret: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9]{0,32}$")
    aes_key: str = Field(default="", repr=False, pattern=r"^([A-Za-z0-9]{43})?$")


class WecomSettings(Section):
    corp_id: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    agent_id: int = Field(default=0, ge=0)
    kf_id: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    kf_link: str = Field(default="", pattern=r"^(https?://[^\s?]+\?\S+)?$")
    base_url: str = Field(default="https://qyapi.weixin.qq.com", pattern=r"^https?://\S+$")
    secret: str = Field(default="", repr=False)
    kf_secret: str = Field(default="", repr=False)
    contacts_secret: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9]{0,32}$")
    aes_key: str = Field(default="", repr=False, pattern=r"^([A-Za-z0-9]{43})?$")

    @property
    def is_on(self) -> bool:
        return bool(self.agent_id or self.kf_id)

    @property
    def sends_to_customers(self) -> bool:
        """Members hear in the app for staff that a send waits for them."""
        return bool(self.agent_id and self.contacts_secret)

    @property
    def secret_for_guests(self) -> str:
        """Most often the same app may do both."""
        return self.kf_secret or self.secret

    def missing(self) -> str:
        """The variables of the environment that are still needed."""
        needed = {
            "SECRET": self.secret if self.agent_id else self.secret_for_guests,
            "TOKEN": self.token,
            "AES_KEY": self.aes_key,
        }
        return ", ".join(f"GUANJIA_WECOM_{name}" for name, value in needed.items() if not value)


SECRETS = {
    "telegram": ("token", "webhook_secret"),
    "wechat": ("secret", "token", "aes_key"),
    "wecom": ("secret", "kf_secret", "contacts_secret", "token", "aes_key"),
    "model": ("key",),
}
"""Of each section what the environment holds, as GUANJIA_TELEGRAM_TOKEN."""
