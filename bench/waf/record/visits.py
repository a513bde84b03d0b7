"""What is done in each application: pages, searches, forms, edits, comments, uploads."""

import pathlib

from applications import PASSWORD

BENIGN = pathlib.Path(__file__).resolve().parents[1] / "benign"
SEARCHES = ["shoes", "O'Brien", "tea & coffee", "해치 전설", "c++ or rust?", "50% off", "naïve café", "select a table"]


def prose(nth):
    """A few paragraphs in several languages."""
    files = ["prose-english.txt", "prose-korean.txt", "prose-others.txt"]
    lines = (BENIGN / files[nth % 3]).read_text().splitlines()
    return "\n\n".join(lines[nth % 7 : nth % 7 + 5])


def wander(browser, start, most):
    """Follows the first links of a page and of the pages behind them."""
    waiting, seen = [start], set()
    while waiting and len(seen) < most:
        link = waiting.pop(0)
        if link in seen:
            continue
        seen.add(link)
        browser.visit(link, 0.3)
        # Not all links of one page: every other, so that pages behind get their turn.
        waiting += browser.links()[::2]


def text_file(folder):
    path = folder / "notes.txt"
    path.write_text(prose(0))
    return path


def picture(folder):
    """A small PNG."""
    import struct
    import zlib

    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((x * y + x) % 256 for x in range(3 * 24)) for y in range(24))
    path = folder / "picture.png"
    head = struct.pack(">IIBBBBB", 24, 24, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )
    return path


def dokuwiki(browser, base, folder):
    wander(browser, f"{base}/doku.php", 12)
    browser.visit(f"{base}/doku.php?id=start&do=login")
    browser.fill({"input[name=u]": "kim", "input[name=p]": PASSWORD, "input[name=r]": True})
    browser.click("#dw__login button[type=submit]")
    for nth, page in enumerate(["start", "travel:seoul", "해치", "notes:o_brien"]):
        browser.visit(f"{base}/doku.php?id={page}&do=edit")
        browser.fill({"#wiki__text": f"====== Page {nth} ======\n\n{prose(nth)}\n\n  * one\n  * two\n",
                      "#edit__summary": "It's a first version"})  # fmt: skip
        browser.click("button[name='do[preview]']")
        browser.click("button[name='do[save]']")
    for text in SEARCHES:
        browser.visit(f"{base}/doku.php?id=start")
        browser.fill({"input[name=q]": text})
        browser.click("#dw__search button[type=submit]")
    browser.visit(f"{base}/doku.php?id=start&do=media")
    if browser.choose_file("input[type=file]", picture(folder)):
        browser.click("#mediamanager__upload_button, .qq-upload-button input[type=submit], button[type=submit]")
    wander(browser, f"{base}/doku.php?do=admin", 12)
    browser.visit(f"{base}/doku.php?do=admin&page=config")
    browser.fill({"input[name='config[title]']": "Kim's wiki"})
    browser.click("#dw__configform button[type=submit]")
    browser.visit(f"{base}/doku.php?id=start&do=revisions")


def mediawiki(browser, base, folder):
    wander(browser, f"{base}/index.php", 12)
    browser.visit(f"{base}/index.php?title=Special:UserLogin")
    browser.fill({"#wpName1": "Kim", "#wpPassword1": PASSWORD})
    browser.click("#wpLoginAttempt", 1.5)
    for nth, page in enumerate(["Main_Page", "Seoul", "해치", "O'Brien"]):
        browser.visit(f"{base}/index.php?title={page}&action=edit", 1.5)
        browser.fill({"#wpTextbox1": f"== Part {nth} ==\n\n{prose(nth + 1)}\n\n* [[Seoul]]\n* ''two''\n",
                      "#wpSummary": "A new page; it's short"})  # fmt: skip
        browser.click("#wpPreview", 1.5)
        browser.click("#wpSave", 1.5)
    for text in SEARCHES:
        browser.visit(f"{base}/index.php?title=Special:Search")
        browser.fill({"#searchText input, input[name=search]": text})
        browser.click("#search button[type=submit], #searchButton")
    browser.visit(f"{base}/index.php?title=Special:Upload", 1.5)
    if browser.choose_file("#wpUploadFile", picture(folder)):
        browser.fill({"#wpDestFile": "Picture.png", "#wpUploadDescription": "A picture of Kim's"})
        browser.click("input[name=wpUpload]", 2)
    browser.visit(f"{base}/index.php?title=Special:Preferences", 1.5)
    browser.fill({"input[name=wprealname]": "Kim 'MJ' Minjun"})
    browser.click("#prefcontrol button")
    wander(browser, f"{base}/index.php?title=Special:SpecialPages", 20)
    for page in ("Seoul&action=history", "Seoul&action=info", "Special:RecentChanges&days=30", "Special:AllPages"):
        browser.visit(f"{base}/index.php?title={page}")


def wordpress(browser, base, folder):
    wander(browser, f"{base}/", 8)
    browser.visit(f"{base}/?p=1")
    browser.fill({"#comment": prose(2), "#author": "Séan O'Brien", "#email": "sean@example.com",
                  "#url": "https://blog.example/?p=12"})  # fmt: skip
    browser.click("#submit")
    for text in SEARCHES:
        browser.visit(f"{base}/")
        browser.evaluate(f"location.href = '/?s=' + encodeURIComponent({text!r}).replace(/%20/g, '+')")
        browser.settle()
    browser.visit(f"{base}/wp-login.php")
    browser.fill({"#user_login": "kim", "#user_pass": PASSWORD})
    browser.click("#wp-submit", 2)
    for nth, kind in enumerate(["posts", "pages", "posts"]):
        browser.visit(f"{base}/wp-admin/post-new.php?post_type={kind[:-1]}", 4)
        browser.evaluate(f"""(async () => {{ const edit = wp.data.dispatch("core/editor");
            edit.editPost({{title: "A day in Seoul, it's {nth}"}});
            edit.resetBlocks({prose(nth)!r}.split("\\n\\n").map(content =>
                wp.blocks.createBlock("core/paragraph", {{content}})));
            await edit.autosave(); edit.editPost({{status: "publish"}}); await edit.savePost(); }})()""")
        browser.settle(2)
    browser.visit(f"{base}/wp-admin/media-new.php?browser-uploader")
    if browser.choose_file("#async-upload", picture(folder)):
        browser.click("#html-upload", 2)
    browser.visit(f"{base}/wp-admin/options-general.php")
    browser.fill({"#blogdescription": "Notes & pictures of Kim's journeys <3"})
    browser.click("#submit")
    browser.visit(f"{base}/wp-admin/profile.php")
    browser.fill({"#first_name": "민준", "#description": prose(1)})
    browser.click("#submit")
    browser.visit(f"{base}/wp-admin/edit-tags.php?taxonomy=category")
    browser.fill({"#tag-name": "Rock 'n' roll", "#tag-description": "Music; and more"})
    browser.click("#submit", 1.5)
    wander(browser, f"{base}/wp-admin/", 22)


def phpmyadmin(browser, base, folder):
    browser.visit(f"{base}/index.php")
    browser.fill({"#input_username": "shop", "#input_password": PASSWORD})
    browser.click("#input_go", 2)
    shop, products = "db=shop", "db=shop&table=products"
    for route in (f"/database/structure&{shop}", f"/table/structure&{products}", f"/sql&{products}&pos=0",
                  f"/database/search&{shop}", f"/table/change&{products}", f"/database/export&{shop}",
                  "/server/databases", "/server/variables", "/preferences/forms", "/themes"):  # fmt: skip
        browser.visit(f"{base}/index.php?route={route}", 1.5)
    browser.visit(f"{base}/index.php?route=/database/search&db=shop", 1.5)
    browser.fill({"input[name=criteriaSearchString]": "tea"})
    browser.click("#select_all")
    browser.click("#buttonGo", 1.5)
    wander(browser, f"{base}/index.php", 10)


def adminer(browser, base, folder):
    """Its login with a database; statements of SQL are not ordinary traffic, and none is sent."""
    browser.visit(f"{base}/")
    socket = folder / "mariadb.sock"
    browser.fill({"input[name='auth[server]']": f":{socket}", "input[name='auth[username]']": "shop",
                  "input[name='auth[password]']": PASSWORD, "input[name='auth[db]']": "shop"})  # fmt: skip
    browser.click("input[type=submit]", 1)
    wander(browser, browser.evaluate("location.href") or f"{base}/", 15)


def gitweb(browser, base, folder):
    start = f"{base}/"
    wander(browser, start, 30)
    for text in SEARCHES[:5]:
        browser.visit(f"{start}?p=shop.git;a=summary")
        browser.fill({"input[name=s]": text})
        browser.evaluate("document.querySelector('form[method=get]').submit()")
        browser.settle()
