"""Callbacks that are signed and sealed as they should be, around what no platform would say."""

from __future__ import annotations

import random

SPOIL = (b"<", b"]]>", b"<![CDATA[", b"&#0;", b"&x;", b"<!DOCTYPE a>", b"\0", b"<MsgType>event</MsgType>", b"</xml>")
MESSAGES = (
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[两条毛巾]]></Content><MsgId>77</MsgId>",
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[qrscene_7]]></EventKey>",
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[LOCATION]]></Event><Latitude>30.2</Latitude>",
    "<MsgType><![CDATA[link]]></MsgType><Title><![CDATA[a]]></Title><Url><![CDATA[https://a.example]]></Url>",
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><Status>failed</Status>",
    "<MsgType><![CDATA[news]]></MsgType><Articles><item><a/></item><item><a/></item></Articles>",
)
HEAD = (
    "<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o-wang]]></FromUserName>"
    "<CreateTime>1764129600</CreateTime>"
)


def damaged(chance: random.Random, receiver: str) -> bytes:
    """A padded plaintext as the platform would encrypt it, spoiled in one place or in all."""
    xml = bytearray(f"<xml>{HEAD}{chance.choice(MESSAGES)}</xml>".encode())
    for _ in range(chance.randrange(1, 6)):
        where = chance.randrange(len(xml))
        match chance.randrange(4):
            case 0:
                xml[where] = chance.randrange(256)
            case 1:
                del xml[where : where + chance.randrange(1, 20)]
            case 2:
                xml[where:where] = chance.randbytes(chance.randrange(1, 40))
            case _:
                xml[where:where] = chance.choice(SPOIL)
        xml = xml or bytearray(b"<")
    length = chance.choice([len(xml)] * 6 + [0, 2**32 - 1, len(xml) // 2])
    plain = bytearray(b"0123456789abcdef" + length.to_bytes(4, "big") + xml + receiver.encode())
    if chance.random() < 0.1:
        plain = bytearray(chance.randbytes(chance.randrange(0, 64)))
    padding = 32 - len(plain) % 32
    padded = plain + bytes([padding] * padding)
    if chance.random() < 0.1:
        padded[-1] = chance.randrange(256)
    return bytes(padded)
