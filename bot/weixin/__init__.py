"""What the channels `wechat` and `wecom` share: the two platforms of Tencent are of one make."""
