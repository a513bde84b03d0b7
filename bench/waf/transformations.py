#!/usr/bin/env python3
"""Compares text transformations with libmodsecurity's, where the function families match.

    apt-get install libmodsecurity3
    transformations.py target/release/waf-transform [TEXTS-PER-TRANSFORMATION]

Each text is given to libmodsecurity as a query argument; a rule transforms it and logs the result in hexadecimal. How
many are alike is printed, with the first five that are not: where AWS's documentation asks for something else, the
transformation's file says so.
"""

import ctypes
import random
import re
import subprocess
import sys
import urllib.parse

# AWS's name, ModSecurity's.
FAMILIES = {
    "BASE64_DECODE": "base64Decode",
    "CMD_LINE": "cmdLine",
    "COMPRESS_WHITE_SPACE": "compressWhitespace",
    "CSS_DECODE": "cssDecode",
    "ESCAPE_SEQ_DECODE": "escapeSeqDecode",
    "HEX_DECODE": "hexDecode",
    "HTML_ENTITY_DECODE": "htmlEntityDecode",
    "JS_DECODE": "jsDecode",
    "LOWERCASE": "lowercase",
    "NORMALIZE_PATH": "normalisePath",
    "NORMALIZE_PATH_WIN": "normalisePathWin",
    "REMOVE_NULLS": "removeNulls",
    "REMOVE_WHITESPACE": "removeWhitespace",
    "REPLACE_COMMENTS": "replaceComments",
    "REPLACE_NULLS": "replaceNulls",
    "SQL_HEX_DECODE": "sqlHexDecode",
    "TRIM": "trim",
    "TRIM_LEFT": "trimLeft",
    "TRIM_RIGHT": "trimRight",
    "UPPERCASE": "uppercase",
    "URL_DECODE": "urlDecode",
    "URL_DECODE_UNI": "urlDecodeUni",
    "UTF8_TO_UNICODE": "utf8toUnicode",
}
PIECES = [
    *"aZ09 \t\n\r\0.,;:'\"\\/%+&#<>()[]{}=-_*^$|~`",
    "%41", "%u0041", "%uff1c", "%zz", "&lt;", "&#60;", "&#x3c", "&nbsp;", "\\x41", "\\u0041", "\\101", "\\n", "\\41 ",
    "/*", "*/", "--", "../", "./", "//", "\\..\\", "0x4142", "QUJD", "4142", "ä", "한", "\u00a0",
]  # fmt: skip


class ModSecurity:
    """The C interface, as far as it is needed."""

    def __init__(self, name: str):
        self.library = ctypes.CDLL("libmodsecurity.so.3")
        for function in ("msc_init", "msc_create_rules_set", "msc_new_transaction"):
            getattr(self.library, function).restype = ctypes.c_void_p
        self.logged: list[str] = []
        callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)
        self.callback = callback(lambda _, text: self.logged.append(text.decode("latin-1")))
        self.engine = ctypes.c_void_p(self.library.msc_init())
        self.library.msc_set_log_cb(self.engine, self.callback)
        self.rules = ctypes.c_void_p(self.library.msc_create_rules_set())
        rules = (
            "SecRuleEngine On\nSecArgumentSeparator &\n"
            f'SecRule ARGS:x "@unconditionalMatch" "id:1,phase:1,pass,log,t:none,t:{name},t:hexEncode,'
            "logdata:'<%{MATCHED_VAR}>'\"\n"
        )
        error = ctypes.c_char_p()
        if self.library.msc_rules_add(self.rules, rules.encode(), ctypes.byref(error)) < 0:
            raise SystemExit(f"{name}: {error.value!r}")

    def transform(self, text: bytes) -> str | None:
        """The transformed text in hexadecimal."""
        self.logged.clear()
        transaction = ctypes.c_void_p(self.library.msc_new_transaction(self.engine, self.rules, None))
        uri = b"/?x=" + urllib.parse.quote_from_bytes(text, safe="").encode()
        self.library.msc_process_connection(transaction, b"127.0.0.1", 1, b"127.0.0.1", 80)
        self.library.msc_process_uri(transaction, uri, b"GET", b"1.1")
        self.library.msc_process_request_headers(transaction)
        self.library.msc_transaction_cleanup(transaction)
        found = [match for line in self.logged if (match := re.search(r'\[data "<([0-9a-f]*)>"\]', line))]
        return found[0].group(1) if found else None


def texts(number: int) -> list[bytes]:
    """Random texts of pieces that transformations look for."""
    chance = random.Random(7)
    return ["".join(chance.choices(PIECES, k=chance.randint(1, 8))).encode() for _ in range(number)]


def main() -> int:
    """Compares, and prints a line per family."""
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    given = texts(number)
    for ours, theirs in FAMILIES.items():
        lines = "".join(f"{ours} {text.hex()}\n" for text in given)
        answers = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True).stdout
        peer = ModSecurity(theirs)
        different = [
            (text, answer, expected)
            for text, answer in zip(given, answers.splitlines(), strict=True)
            if (expected := peer.transform(text)) is not None and expected != answer
        ]
        print(f"{ours}: {number - len(different)} of {number} alike")
        for text, answer, expected in different[:5]:
            print(f"    {text!r}: {bytes.fromhex(answer)!r}, ModSecurity {bytes.fromhex(expected)!r}")
    return 0


sys.exit(main())
