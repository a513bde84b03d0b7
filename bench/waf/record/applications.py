"""Debian's web applications, each a copy in a folder of its own behind PHP's built-in server or Python's for CGI."""

import os
import pathlib
import shutil
import subprocess
import time

PACKAGES = (
    "dokuwiki mediawiki wordpress phpmyadmin adminer gitweb mariadb-server php-cli php-sqlite3 php-mysql php-mbstring"
    " php-intl php-xml php-gd php-curl libcgi-pm-perl"
)
PASSWORD = "correct-Horse-7-battery"
SHARE = pathlib.Path("/usr/share")


class Applications:
    """Starts them all: `ports` by name."""

    def __init__(self, folder, new_port):
        self.folder, self.new_port = folder, new_port
        self.ports, self.processes = {}, []

    def start(self, hosts):
        """`hosts` says by which name each will be visited."""
        missing = [name for name in hosts if not (SHARE / name).exists()]
        if missing:
            raise SystemExit(f"{', '.join(missing)} missing: apt-get install --no-install-recommends {PACKAGES}")
        self.database()
        for name in hosts:
            getattr(self, name)(hosts[name])
        for name in hosts:
            wait_for(self.ports[name])

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def spawn(self, *command, **options):
        log = (self.folder / f"log-{len(self.processes)}").open("w")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        self.processes.append(process)
        return process

    def php(self, name, root):
        self.ports[name] = self.new_port()
        flags = [
            "-d",
            "upload_max_filesize=8M",
            "-d",
            "display_errors=0",
            "-d",
            "session.save_path=" + str(self.folder),
        ]
        self.spawn("php", *flags, "-S", f"127.0.0.1:{self.ports[name]}", "-t", str(root), cwd=root,
                   env=os.environ | {"PHP_CLI_SERVER_WORKERS": "4"})  # fmt: skip

    def copy(self, name):
        root = self.folder / name
        shutil.copytree(SHARE / name, root, ignore_dangling_symlinks=True)
        return root

    def database(self):
        data, self.socket = self.folder / "mariadb", self.folder / "mariadb.sock"
        user = "root" if os.getuid() == 0 else os.environ["USER"]
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
             f"--user={user}", "--skip-test-db"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.spawn("/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={self.socket}",
                   "--skip-networking", "--character-set-server=utf8mb4", f"--user={user}")  # fmt: skip
        sql = f"create database shop; create database blog; create user shop@localhost identified by '{PASSWORD}';"
        sql += "grant all on shop.* to shop@localhost; grant all on blog.* to shop@localhost;"
        sql += "use shop; create table products (id int primary key auto_increment, name text, price decimal(8,2));"
        sql += "insert into products (name, price) values ('Running shoes', 89.90), ('해치 인형', 12000), ('Tea', 4.5)"
        for _ in range(100):
            if self.socket.exists():
                break
            time.sleep(0.1)
        client = ["mariadb", "-uroot", f"--socket={self.socket}", "--default-character-set=utf8mb4"]
        subprocess.run([*client, "-e", sql], check=True)

    def dokuwiki(self, _host):
        root = self.copy("dokuwiki")
        (root / "inc/preload.php").write_text("<?php\n")
        shutil.copytree("/etc/dokuwiki", root / "conf", dirs_exist_ok=True, ignore_dangling_symlinks=True)
        shutil.copytree("/var/lib/dokuwiki/data", root / "data", dirs_exist_ok=True)
        (root / "conf/local.php").write_text(
            "<?php $conf['savedir']='./data'; $conf['useacl']=1; $conf['superuser']='@admin'; $conf['title']='Wiki';"
            "$conf['authtype']='authplain'; $conf['updatecheck']=0;"
        )
        (root / "conf/acl.auth.php").write_text("* @ALL 8\n* @user 16\n")
        hashed = subprocess.check_output(
            ["php", "-r", f"echo password_hash('{PASSWORD}', PASSWORD_BCRYPT);"], text=True
        )
        (root / "conf/users.auth.php").write_text(f"kim:{hashed}:Kim Minjun:kim@example.com:admin,user\n")
        self.php("dokuwiki", root)

    def mediawiki(self, host):
        root = self.copy("mediawiki")
        (root / "LocalSettings.php").unlink(missing_ok=True)
        data = self.folder / "mediawiki-data"
        data.mkdir()
        subprocess.run(
            ["php", "maintenance/install.php", "--dbtype", "sqlite", "--dbpath", data, "--server", f"http://{host}",
             "--scriptpath", "", "--pass", PASSWORD, "--with-extensions", "--skins", "Vector", "Encyclopedia", "Kim"],
            cwd=root, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with (root / "LocalSettings.php").open("a") as settings:
            settings.write('$wgEnableUploads = true; $wgFileExtensions[] = "txt"; $wgShowExceptionDetails = true;\n')
            settings.write("$wgJobRunRate = 0; $wgMainCacheType = CACHE_NONE;\n")
        self.php("mediawiki", root)

    def wordpress(self, host):
        root = self.copy("wordpress")
        shutil.copytree("/var/lib/wordpress/wp-content", root / "wp-content", dirs_exist_ok=True)
        keys = "".join(
            f"define('{key}', 'recorded-{key}-0123456789abcdef');"
            for key in ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "NONCE_SALT")
        )
        (root / "wp-config.php").write_text(
            f"<?php define('DB_NAME','blog'); define('DB_USER','shop'); define('DB_PASSWORD','{PASSWORD}');"
            f"define('DB_HOST','localhost:{self.socket}'); define('DB_CHARSET','utf8mb4'); define('DB_COLLATE','');"
            f"define('WP_HOME','http://{host}'); define('WP_SITEURL','http://{host}');"
            f"define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); {keys} $table_prefix='wp_';"
            "if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/'); require_once ABSPATH . 'wp-settings.php';"
        )
        install = (
            f"$_SERVER['HTTP_HOST']='{host}'; define('WP_INSTALLING', true); require 'wp-load.php';"
            "require 'wp-admin/includes/upgrade.php';"
            f"wp_install('Travel blog', 'kim', 'kim@example.com', true, '', '{PASSWORD}');"
        )
        subprocess.run(["php", "-r", install], cwd=root, check=True, stdout=subprocess.DEVNULL)
        self.php("wordpress", root)

    def phpmyadmin(self, _host):
        root = self.copy("phpmyadmin")
        (root / "config.inc.php").write_text(
            f"<?php $cfg['blowfish_secret']='{'0123456789abcdef' * 2}'; $i=1; $cfg['Servers'][1]['auth_type']='cookie';"
            f"$cfg['Servers'][1]['host']='localhost'; $cfg['Servers'][1]['socket']='{self.socket}';"
            f"$cfg['TempDir']='{self.folder}'; $cfg['SendErrorReports']='never'; $cfg['VersionCheck']=false;"
        )
        vendor = root / "libraries/vendor_config.php"
        vendor.write_text(vendor.read_text().replace("/etc/phpmyadmin/", f"{root}/"))
        self.php("phpmyadmin", root)

    def adminer(self, _host):
        root = self.folder / "adminer"
        root.mkdir()
        shutil.copy(SHARE / "adminer/adminer.php", root / "index.php")
        self.php("adminer", root)

    def gitweb(self, host):
        """A repository's history, by CGI."""
        root, projects = self.copy("gitweb"), self.folder / "projects"
        work = self.folder / "work"
        git = ["git", "-c", "user.name=Kim Minjun", "-c", "user.email=kim@example.com", "-C", work]
        subprocess.run(["git", "init", "-q", work], check=True)
        for at, text in enumerate(("A first page.\n", "A first page.\nMore of it: 해치.\n", "Another page.\n")):
            (work / "README.md").write_text(text)
            (work / "src").mkdir(exist_ok=True)
            (work / f"src/part{at}.c").write_text(f"int part{at}(void) {{ return {at}; }}\n")
            subprocess.run([*git, "add", "."], check=True)
            subprocess.run([*git, "commit", "-q", "-m", f"Change number {at + 1}: it's better now"], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", work, projects / "shop.git"], check=True)
        settings = self.folder / "gitweb.conf"
        settings.write_text(f'our $projectroot = "{projects}";\nour $site_name = "Code";\nour $my_uri = "/";\n')
        (root / "index.php").write_text(CGI.replace("@settings", str(settings)).replace("@host", host))
        self.php("gitweb", root)


# Python's own server of CGI gives up its rights where it runs as root, and can't read the program then.
CGI = """<?php
$variables = ["GITWEB_CONFIG" => "@settings", "QUERY_STRING" => $_SERVER["QUERY_STRING"] ?? "", "SERVER_PORT" => "80",
    "REQUEST_METHOD" => "GET", "SCRIPT_NAME" => "/", "SERVER_NAME" => "@host", "HTTP_HOST" => "@host",
    "PATH" => getenv("PATH"), "GATEWAY_INTERFACE" => "CGI/1.1", "SERVER_PROTOCOL" => "HTTP/1.1"];
$program = proc_open(["/usr/share/gitweb/gitweb.cgi"], [1 => ["pipe", "w"]], $pipes, null, $variables);
[$head, $page] = explode("\r\n\r\n", stream_get_contents($pipes[1]), 2);
foreach (explode("\r\n", $head) as $line) header($line);
echo $page;
"""


def wait_for(port):
    import socket

    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")
