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
    base_url: str = Field(default="https://api.weixin.qq.com", pattern=r"^https?://\S+$")
    template: WechatTemplateSettings = WechatTemplateSettings()
    subscription: WechatSubscriptionSettings = WechatSubscriptionSettings()
    secret: str = Field(default="", repr=False)
    token: str = Field(default="", repr=False, pattern=r"^[A-Za-z0-9]{0,32}$")
    aes_key: str = Field(default="", repr=False, pattern=r"^([A-Za-z0-9]{43})?$")


SECRETS = {
    "telegram": ("token", "webhook_secret"),
    "wechat": ("secret", "token", "aes_key"),
    "model": ("key",),
}
"""Of each section what the environment holds, as GUANJIA_TELEGRAM_TOKEN."""
