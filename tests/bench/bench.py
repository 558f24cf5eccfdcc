"""See `run`. Uses the standard library, wrk, pgbench and the C loop beside it."""
import concurrent.futures, http.client, json, os, pathlib, re, shutil, signal, socket, sqlite3, statistics, subprocess, sys, tempfile, time, urllib.request

import access, members

SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
COMPANIES, SUBMITTED, OPERATORS, CONNECTIONS = 120, 60, 100, 16
BINARY = "target/release/gongpai"
NOBODY = 65534


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


# Long enough not to stand in noise: with one letter, one run in six had it there.
BOUNDARY = "gongpai-bench-boundary"


def form_of(fields, name, file):
    """A form with some texts and a file."""
    texts = "".join(f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{field}"\r\n\r\n{text}\r\n' for field, text in fields.items())
    head = f'{texts}--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()


def call(base, method, path, body=None, token=None, headers=None, form=None):
    headers = dict(headers or {})
    data = None
    if body is not None:
        data, headers["content-type"] = json.dumps(body).encode(), "application/json"
    if form is not None:
        data, headers["content-type"] = form, f"multipart/form-data; boundary={BOUNDARY}"
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(base + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            text = response.read()
            return json.loads(text) if text else None, response.headers
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}")


class Postgres:
    def __init__(self):
        self.bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gongpai-bench-"))
        self.port = free_port()
        if os.getuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        self.run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", str(self.folder / "data"))
        with open(self.folder / "data/postgresql.conf", "a") as conf:
            conf.write(f"port={self.port}\nunix_socket_directories='{self.folder}'\nlog_line_prefix='%p '\nshared_buffers=256MB\n")
        self.run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "start")
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments):
        kwargs = {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}
        subprocess.run([str(self.bin / program), *arguments], check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **kwargs)

    def sql(self, text):
        return subprocess.run([str(self.bin / "psql"), "-XAtq", "-c", text, self.url], check=True, capture_output=True, text=True).stdout

    def log_statements(self, on):
        self.sql(f"ALTER SYSTEM SET log_statement = '{'all' if on else 'none'}'")
        self.sql("SELECT pg_reload_conf()")
        time.sleep(0.3)

    def statements(self, action):
        """What one request sends, by connection: (sql, parameters) each."""
        self.log_statements(True)
        start = (self.folder / "log").stat().st_size
        action()
        time.sleep(0.3)
        self.log_statements(False)
        text = (self.folder / "log").read_bytes()[start:].decode()
        by_process, entry = {}, None
        for line in text.splitlines():
            found = re.match(r"(\d+) (LOG|DETAIL):  (?:(?:statement|execute [^:]*): |parameters: )?(.*)", line, re.I)
            if not found:
                continue
            process, kind, rest = found.groups()
            if kind == "LOG":
                entry = [rest, {}]
                by_process.setdefault(process, []).append(entry)
            elif entry is not None:
                entry[1] = dict(re.findall(r"(\$\d+) = (NULL|'(?:[^']|'')*')", rest))
        return by_process

    def pgbench(self, statements):
        script = self.folder / "script.sql"
        script.write_text(";\n".join(statements) + ";\n")
        script.chmod(0o644)
        os.chmod(self.folder, 0o755)
        out = subprocess.run([str(self.bin / "pgbench"), "-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", str(int(SECONDS)),
                              "--max-tries=20", "-f", str(script), self.url], capture_output=True, text=True)
        return float(re.search(r"tps = ([\d.]+)", out.stdout).group(1))

    def stop(self):
        self.run("pg_ctl", "-m", "immediate", "-D", str(self.folder / "data"), "stop")
        subprocess.run(["rm", "-rf", str(self.folder)])


class Server:
    binary = BINARY

    def __init__(self, database_url=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gongpai-bench-"))
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "GONGPAI_DATA_DIR": str(self.folder), "GONGPAI_LISTEN": f"127.0.0.1:{self.port}",
                            "GONGPAI_LOG_FILTER": "warn", **{f"GONGPAI_{name}": "0" for name in (
                                "REQUESTS_PER_MINUTE", "ANONYMOUS_PER_MINUTE", "CODES_PER_HOUR_AND_ADDRESS",
                                "CODES_PER_HOUR_AND_PREFIX", "CODES_PER_HOUR", "GUESSES_PER_HOUR_AND_ADDRESS", "GUESSES_PER_HOUR_AND_PREFIX")}, "GONGPAI_ACCESS_TOKEN_SECONDS": "36000"}
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.start()

    def start(self):
        started = time.monotonic()
        self.process = subprocess.Popen([BINARY], env=self.environment)
        while True:
            try:
                urllib.request.urlopen(self.base + "/readyz").read()
                return time.monotonic() - started
            except OSError:
                time.sleep(0.005)

    def status(self, name):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+)", text).group(1)) / 1024

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def on_each_database(companies, measure):
    """Prints the rows that are measured on a fresh server with some companies, whose owners' tokens are handed on: on SQLite, then on PostgreSQL."""
    global COMPANIES, SUBMITTED, OPERATORS
    COMPANIES, SUBMITTED, OPERATORS = companies, 0, 0
    postgres = Postgres()
    try:
        for name, database in (("sqlite", None), ("postgres", postgres)):
            server = Server(database and database.url)
            try:
                for row in measure(server, database, *prepare(server)[0]):
                    print(f"| {name} | " + " | ".join(row) + " |", flush=True)
            finally:
                server.stop()
                shutil.rmtree(server.folder)
    finally:
        postgres.stop()


PDF = None


def pdf():
    global PDF
    if PDF is None:
        folder = tempfile.mkdtemp()
        subprocess.run([sys.executable, "tests/fixtures/make.py", folder], check=True)
        PDF = pathlib.Path(folder, "id.pdf").read_bytes()
    return PDF


def mobile(number):
    return f"139{number:08d}"


def registration(base, number, agreements):
    return {"organization": {"name": f"测速公司{number}", "type": "enterprise", "industry": "I65", "staff_size": "50_199",
                             "address": {"region": "440305", "line": "科技园路 1 号"}, "phone": "0755-86001234"},
            "administrator": {"name": "王小明", "position": "经理", "mobile": mobile(number), "is_legal_representative": True},
            "accepted_agreements": agreements}


def prepare(server):
    """120 companies, half of them submitted, and 100 reviewers."""
    base = server.base
    all_agreements = call(base, "GET", "/v1/agreements")[0]["data"]
    pick = lambda occasion: [{"id": a["id"], "version": a["version"]} for a in all_agreements if occasion in a["required_for"]]
    device = {"name": "bench", "platform": "desktop"}
    tokens, entities = [], {}
    for number in range(COMPANIES):
        made = call(base, "POST", "/v1/registrations", registration(base, number, pick("registration")))[0]
        code = call(base, "GET", f"/dev/outbox?wait=10&limit=1&mobile={mobile(number)}")[0]["data"][0]["code"]
        done = call(base, "POST", f"/v1/registrations/{made['id']}/verification", {"code": code, "device": device},
                    made["registration_token"])[0]
        token = done["session"]["access_token"]
        tokens.append(token)
        _, headers = call(base, "GET", "/v1/certification", token=token)
        subject = {"legal_name": f"测速公司{number}", "license_term": {"kind": "long_term"},
                   "registration": {"kind": "credit_code", "number": credit_code(number)},
                   "registered_address": {"region": "440305", "line": "科技园路 1 号"},
                   "representative": {"name": "王小明", "capacity": "legal_representative", "id_kind": "resident_id",
                                      "id_number": "11010519491231002X", "id_term": {"kind": "long_term"}, "mobile": mobile(number)},
                   "applicant": {"is_representative": True}}
        call(base, "PATCH", "/v1/certification/subject", subject, token, {"if-match": headers["etag"]})
        if number < SUBMITTED:
            for kind in ("business_license", "id_document_front", "id_document_back"):
                form = form_of({"kind": kind}, "a.pdf", pdf())
                call(base, "POST", "/v1/certification/documents", token=token, form=form)
            call(base, "POST", "/v1/certification/submission", {"accepted_agreements": pick("certification")}, token)
        if number == 0:
            application = call(base, "GET", "/v1/certification", token=token)[0]["application"]["id"]
            entities = {"tenant": done["tenant"]["id"], "member": done["member"]["id"], "application": application,
                        "session": done["session"]["id"]}
    operators = []
    for number in range(OPERATORS):
        mobile_of = f"137{number:08d}"
        subprocess.run([BINARY, "operator", "add", "--mobile", mobile_of, "--name", "审核", "--role", "reviewer"],
                       env=server.environment, check=True, stdout=subprocess.DEVNULL)
        call(base, "POST", "/v1/codes", {"purpose": "sign_in", "realm": "platform", "mobile": mobile_of})
        code = call(base, "GET", f"/dev/outbox?wait=10&limit=1&mobile={mobile_of}")[0]["data"][0]["code"]
        opened = call(base, "POST", "/v1/sessions", {"method": "sms_code", "realm": "platform", "mobile": mobile_of,
                                                     "code": code, "device": device})[0]
        operators.append(opened["session"]["access_token"])
    return tokens, operators, entities, pick("registration")


def joined(server, owner, numbers=iter(range(1_000_000))):
    """Somebody who was invited and has signed in: a token, and who they are."""
    base, number = server.base, f"136{next(numbers):08d}"
    call(base, "POST", "/v1/members", {"name": "测速成员", "mobile": number, "send_invitation": False}, owner)
    call(base, "POST", "/v1/codes", {"purpose": "sign_in", "realm": "tenant", "mobile": number})
    code = call(base, "GET", f"/dev/outbox?wait=10&limit=1&mobile={number}")[0]["data"][0]["code"]
    tenant = call(base, "GET", "/v1/me", token=owner)[0]["tenant"]["id"]
    token = call(base, "POST", "/v1/sessions", {"method": "sms_code", "realm": "tenant", "mobile": number, "code": code, "tenant_id": tenant,
                                                "device": {"name": "bench", "platform": "desktop"}})[0]["session"]["access_token"]
    return token, call(base, "GET", "/v1/me", token=token)[0]["member"]["id"]


def credit_code(number):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91440300MB{number:07d}"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31
    return body + alphabet[(31 - total) % 31]


def wrk(server, method, path, tokens, body=None):
    """Requests/s, p50 and p99 in ms, CPU per request in µs."""
    script = pathlib.Path(tempfile.mkstemp(suffix=".lua")[1])
    lines = ["local tokens = {" + ",".join(f'"{token}"' for token in tokens) + "}",
             "local n = 0", "local start = " + str(int(time.time() * 1000) % 60_000_000 + 30_000_000),
             "request = function()", "  n = n + 1", "  local headers = {}"]
    if tokens:
        lines.append('  headers["authorization"] = "Bearer " .. tokens[n % #tokens + 1]')
    if body:
        text = json.dumps(body, ensure_ascii=True).replace("\\", "\\\\").replace("'", "\\'")
        text = text.replace(body["administrator"]["mobile"], "' .. string.format('138%08d', (start + n) % 100000000) .. '")
        lines += ['  headers["content-type"] = "application/json"', f"  return wrk.format('{method}', '{path}', headers, '{text}')"]
    else:
        lines.append(f"  return wrk.format('{method}', '{path}', headers)")
    lines += ["end", "done = function(summary, latency, requests)",
              "  print(string.format('RESULT %d %d %.0f %.0f %d', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status))",
              "end"]
    script.write_text("\n".join(lines))
    # From here on the peak is that of this operation.
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    before = server.cpu()
    out = subprocess.run(["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{int(SECONDS)}s", "-s", str(script), server.base],
                         capture_output=True, text=True).stdout
    used = server.cpu() - before
    script.unlink()
    requests, duration, p50, p99, errors = map(float, re.search(r"RESULT (.*)", out).group(1).split())
    if errors:
        raise SystemExit(f"{method} {path}: {errors:.0f} of {requests:.0f} failed")
    return requests / duration * 1e6, p50 / 1000, p99 / 1000, used / requests * 1e6


def literal(value, names, engine, inserts):
    """A parameter of PostgreSQL's log as a literal of either engine; known ids become those of this database, and the hash of
    a token that is inserted another one each time."""
    if value == "NULL":
        return "NULL"
    text = value[1:-1]
    sqlite = engine == "sqlite"
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        if text not in names:
            return "randomblob(16)" if sqlite else "gen_random_uuid()"
        known = names[text]
        return f"X'{known.replace('-', '')}'" if sqlite else f"'{known}'::uuid"
    if text.startswith("registration:") or re.fullmatch(r"\+86\d{11}", text):
        return "hex(randomblob(16))" if sqlite else "md5(random()::text)"
    if re.match(r"\d{4}-\d\d-\d\d \d\d:", text):
        return str(int(time.time() * 1e6)) if sqlite else value
    if inserts and re.fullmatch(r"\\x[0-9a-f]{64}", text):
        return "randomblob(32)" if sqlite else "sha256(random()::text::bytea)"
    if re.fullmatch(r"\\x[0-9a-f]*", text):
        return f"X'{text[2:]}'" if sqlite else f"{value}::bytea"
    if re.fullmatch(r"-?\d+", text):
        return text
    if text in ("t", "f"):
        return ("1" if text == "t" else "0") if sqlite else f"{value}::boolean"
    return value


def instantiate(captured, names, engine):
    statements = []
    for sql, parameters in captured:
        for key in sorted(parameters, key=lambda key: -int(key[1:])):
            sql = sql.replace(key, literal(parameters[key], names, engine, sql.startswith("INSERT")))
        if engine == "sqlite":
            sql = sql.replace("BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN IMMEDIATE").replace(" DEFAULT)", " NULL)")
        statements.append(sql)
    return statements


def capture(postgres, server, tokens, operator, agreements):
    """The statements of each operation as the server sends them."""
    reads = lambda groups: [entry for group in groups.values() for entry in group
                            if entry[0].startswith("SELECT") and '"jobs"' not in entry[0] and "pg_reload" not in entry[0]]
    operations = {}
    for name, path, token in (("me", "/v1/me", tokens[0]), ("certification", "/v1/certification", tokens[0]),
                              ("reviews", "/v1/platform/reviews?limit=50", operator)):
        action = lambda: (call(server.base, "GET", path, token=token), call(server.base, "GET", path, token=token))
        found = reads(postgres.statements(action))
        found = [entry for entry in found if '"sessions"' not in entry[0]]
        operations[name] = found[: len(found) // 2]
    groups = postgres.statements(lambda: call(server.base, "POST", "/v1/registrations", registration(server.base, 99_999_999, agreements), headers={"x-request-id": "bench"}))
    for group in groups.values():
        texts = [sql for sql, _ in group]
        if any(sql.startswith('INSERT INTO "registrations"') for sql in texts):
            begin = next(i for i, sql in enumerate(texts) if sql.startswith("BEGIN ISOLATION"))
            end = next(i for i, sql in enumerate(texts) if i > begin and sql == "COMMIT")
            operations["registrations"] = group[begin : end + 1]
    return operations


def fill_queue(server, postgres, until):
    """Brings the reviewers' queue to a length, with made-up cases that wait."""
    sqlite = postgres is None
    count = "SELECT count(*) FROM reviews"
    columns = ("id, tenant_id, number, kind, waiting, state, legal_name, organization_type, attempt, submitted_by, "
               "submitted_at, due_at, review_left, due_provisional")
    if sqlite:
        with sqlite3.connect(server.folder / "gongpai.db") as database:
            there = database.execute(count).fetchone()[0]
            now = int(time.time() * 1e6)
            database.executemany(
                f"INSERT INTO reviews ({columns}) VALUES (randomblob(16), randomblob(16), ?, 'initial', 1, 'submitted', ?, 'enterprise', 1, randomblob(16), ?, ?, 259200, 0)",
                ((f"B-{n}", f"排队公司{n}", now + n, now + 259_200_000_000 + n) for n in range(there, until)))
            database.execute("ANALYZE")
        return
    there = int(postgres.sql(count))
    if there < until:
        postgres.sql(f"INSERT INTO reviews ({columns}) SELECT gen_random_uuid(), gen_random_uuid(), 'B-' || n, 'initial', true, "
                     f"'submitted', '排队公司' || n, 'enterprise', 1, gen_random_uuid(), now() + n * interval '1 microsecond', "
                     f"now() + interval '3 days' + n * interval '1 microsecond', 259200, false FROM generate_series({there}, {until - 1}) n")
    postgres.sql("ANALYZE reviews")


def uploads(server, tokens, parallel):
    """Uploads of 10 MB each, so many at once: MB/s and the peak memory of the server."""
    form = form_of({"kind": "business_license"}, "a.pdf", large_pdf())
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        list(pool.map(lambda token: call(server.base, "POST", "/v1/certification/documents", token=token, form=form), tokens))
    elapsed = time.monotonic() - started
    return len(tokens) * len(form) / 1e6 / elapsed, server.status("VmHWM")


PASSWORD = "mahogany cartwheel gravity"


def set_passwords(server, numbers, tokens):
    for number, token in zip(numbers, tokens):
        call(server.base, "POST", "/v1/me/confirmation-codes", {"action": "set_password"}, token)
        sent = call(server.base, "GET", f"/dev/outbox?kind=code&limit=1&wait=10&mobile={mobile(number)}")[0]["data"][0]
        while sent["purpose"] != "confirm_sensitive":
            time.sleep(0.02)
            sent = call(server.base, "GET", f"/dev/outbox?kind=code&limit=1&mobile={mobile(number)}")[0]["data"][0]
        shown = {"action": "set_password", "code": sent["code"]}
        confirmation = call(server.base, "POST", "/v1/me/confirmations", shown, token)[0]["token"]
        call(server.base, "PUT", "/v1/me/password", {"password": PASSWORD}, token, headers={"x-confirmation": confirmation})


def password_sign_ins(server, numbers):
    """Sign-ins per second with as many at once as numbers, and as a ratio to bare Argon2id measured before and after: the medians of
    three rounds. The first of their sessions come along."""
    bare = lambda: float(subprocess.run(["target/release/examples/bare_argon2", str(SECONDS)], check=True, capture_output=True).stdout)
    bodies = [sign_in_body(number) for number in numbers]
    sessions = [call(server.base, "POST", "/v1/sessions", body)[0]["session"] for body in bodies]
    texts = ",".join("'" + json.dumps(body) + "'" for body in bodies)
    devices = ",".join(f"'{session['device_token']}'" for session in sessions)
    script = f"""
local bodies, devices, n = {{{texts}}}, {{{devices}}}, 0
request = function()
  n = n % #bodies + 1
  return wrk.format('POST', '/v1/sessions', {{['content-type'] = 'application/json', ['x-device-token'] = devices[n]}}, bodies[n])
end"""
    hashes, rates = [bare()], []
    for _ in range(3):
        rates.append(scripted(server, len(numbers), 1, script))
        hashes.append(bare())
    ratios = [rate * 2 / (before + after) for rate, before, after in zip(rates, hashes, hashes[1:])]
    return statistics.median(rates), statistics.median(ratios), sessions


def sign_in_body(number):
    return {"method": "password", "mobile": mobile(number), "password": PASSWORD, "device": {"name": "bench", "platform": "desktop"}}


def refreshes(server, sessions):
    """Refreshes per second, each session going on with what it was given last."""
    texts = ",".join(f"'{session['refresh_token']}'" for session in sessions)
    return scripted(server, len(sessions), len(sessions), f"""
local tokens, count = {{{texts}}}, 0
setup = function(thread) count = count + 1; thread:set('refresh', tokens[count]) end
request = function()
  return wrk.format('POST', '/v1/sessions/refresh', {{['content-type'] = 'application/json'}}, '{{"refresh_token": "' .. refresh .. '"}}')
end
response = function(status, headers, body) refresh = body:match('"refresh_token":"([^"]+)"') or refresh end""")


def scripted(server, connections, threads, script):
    """Requests per second of a wrk script; none may be refused."""
    file = pathlib.Path(tempfile.mkstemp(suffix=".lua")[1])
    file.write_text(script + """
done = function(summary) print(string.format('RESULT %d %d %d', summary.requests, summary.duration, summary.errors.status)) end
""")
    command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{int(SECONDS)}s", "--timeout", "30s", "-s", str(file), server.base]
    out = subprocess.run(command, capture_output=True, text=True).stdout
    file.unlink()
    requests, duration, errors = map(float, re.search(r"RESULT (.*)", out).group(1).split())
    if errors:
        raise SystemExit(f"{errors:.0f} of {requests:.0f} requests were refused")
    return requests / (duration / 1e6)


def waiting_sign_ins(server):
    """200 sign-ins at once, all with numbers that nobody has: the peak memory of the server."""
    device = {"name": "bench", "platform": "desktop"}
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    before = server.status("VmRSS")

    def sign_in(number):
        body = {"method": "password", "mobile": f"135{number:08d}", "password": PASSWORD, "device": device}
        request = urllib.request.Request(server.base + "/v1/sessions", json.dumps(body).encode(), {"content-type": "application/json"})
        try:
            urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            return error.code
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        codes = list(pool.map(sign_in, range(200)))
    if set(codes) - {401, 503}:
        raise SystemExit(f"sign-ins: {set(codes)}")
    return codes.count(401), before, server.status("VmHWM")


DEPARTMENTS = int(os.environ.get("BENCH_DEPARTMENTS", "30000"))


def departments(server, postgres, token):
    """A tree of six divisions with eight departments below each department, then what it costs: (what, ms, CPU ms) each."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def ask(method, path, body=None, headers=None):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json", **(headers or {})}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        text = response.read()
        if response.status >= 400:
            raise SystemExit(f"{method} {path}: {response.status} {text.decode()}")
        return response, text

    def make(name, **more):
        return json.loads(ask("POST", "/v1/departments", {"name": name, **more})[1])["id"]

    def timed(what, times, *request):
        ask(*request)
        before, started = server.cpu(), time.monotonic()
        for _ in range(times):
            response, _ = ask(*request)
        elapsed, used = time.monotonic() - started, server.cpu() - before
        return what, elapsed / times * 1000, used / times * 1000, response

    each = (DEPARTMENTS - 1) // 6
    divisions = []
    for number in range(6):
        tree = [make(f"事业部{number}")]
        divisions.append(tree[0])
        for child in range(each - 1):
            tree.append(make(f"部门{child}", parent_id=tree[child // 8]))
    if postgres:
        postgres.sql("ANALYZE")
    rows = [timed(f"tree of {6 * each + 1} departments", 5, "GET", "/v1/departments/tree")]
    tag = {"if-none-match": rows[0][3].getheader("etag")}
    rows.append(timed("that tree, unchanged", 100, "GET", "/v1/departments/tree", None, tag))
    if rows[1][3].status != 304:
        raise SystemExit("the tree did not change and was sent again")
    rows.append(timed("that tree with counts", 5, "GET", "/v1/departments/tree?counts=true"))
    rows.append(timed("page of 50 of a subtree", 100, "GET", f"/v1/departments?within_id={divisions[2]}&limit=50"))
    rows.append(timed("one department and the way up", 100, "GET", f"/v1/departments/{tree[-1]}"))
    top = json.loads(ask("GET", "/v1/departments/tree?depth=1")[1])["root"]["id"]
    targets = [divisions[1], top] * 3
    before, started = server.cpu(), time.monotonic()
    for target in targets:
        ask("PATCH", f"/v1/departments/{divisions[0]}", {"parent_id": target})
    elapsed, used = time.monotonic() - started, server.cpu() - before
    rows.append((f"move of {each} departments", elapsed / len(targets) * 1000, used / len(targets) * 1000, None))
    return [row[:3] for row in rows]


def large_pdf():
    """One page with a stream of noise, just below the limit of 10 MiB."""
    noise = os.urandom(10 * 1024 * 1024 - 4096)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
               b"<< /Length %d >>\nstream\n" % len(noise) + noise + b"\nendstream"]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + table + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def main():
    postgres = Postgres()
    rows, servers, more = [], {}, []
    try:
        servers["postgres"] = Server(postgres.url)
        servers["sqlite"] = Server()
        prepared = {name: prepare(server) for name, server in servers.items()}
        captured = capture(postgres, servers["postgres"], prepared["postgres"][0], prepared["postgres"][1][0], prepared["postgres"][3])
        for name in ("sqlite", "postgres"):
            server = servers[name]
            tokens, operators, entities, agreements = prepared[name]
            server.stop()
            idle_start = server.start()
            time.sleep(1)
            idle = server.status("VmRSS")
            names = {prepared["postgres"][2][key]: value for key, value in entities.items()}
            ceiling = wrk(server, "GET", "/healthz", [])
            rows.append((name, "static JSON (ceiling)", *ceiling, server.status("VmHWM"), None, None))
            for key, title, method, path, used, body in (
                ("me", "GET /v1/me", "GET", "/v1/me", tokens, None),
                ("certification", "GET /v1/certification", "GET", "/v1/certification", tokens, None),
                ("reviews", "GET /v1/platform/reviews?limit=50", "GET", "/v1/platform/reviews?limit=50", operators, None),
                ("registrations", "POST /v1/registrations", "POST", "/v1/registrations", [], registration(server.base, 12345678, agreements)),
            ):
                measured = wrk(server, method, path, used, body)
                statements = instantiate(captured[key], names, name)
                if name == "postgres":
                    engine = postgres.pgbench(statements)
                else:
                    file = server.folder / "statements.sql"
                    file.write_text("\n".join(statements) + "\n")
                    threads = "1" if body else "2"
                    out = subprocess.run(["target/bench-engine", str(server.folder / "gongpai.db"), str(file), str(SECONDS), threads],
                                         capture_output=True, text=True)
                    if out.returncode:
                        raise SystemExit(out.stderr)
                    engine = float(out.stdout)
                limit = 1 / (1 / ceiling[0] + 1 / engine)
                rows.append((name, title, *measured, server.status("VmHWM"), engine, measured[0] / limit))
            one, at_once = tokens[SUBMITTED : SUBMITTED + 8], tokens[SUBMITTED + 8 : SUBMITTED + 40]
            for title, used, parallel in (("8 uploads of 10 MB, one by one", one, 1), ("32 uploads of 10 MB at once", at_once, 32)):
                rate, peak = uploads(server, used, parallel)
                more.append((name, title, f"{rate:.0f} MB/s", f"{peak:.0f} MB at its peak"))
            numbers = range(SUBMITTED, SUBMITTED + 16)
            set_passwords(server, numbers, tokens[SUBMITTED : SUBMITTED + 16])
            rate, ratio, sessions = password_sign_ins(server, numbers)
            more.append((name, "password sign-ins, 16 at once", f"{rate:.0f} /s", f"{ratio:.2f} times bare Argon2id"))
            more.append((name, "refreshes, 8 sessions at once", f"{refreshes(server, sessions[:8]):.0f} /s", ""))
            answered, before, peak = waiting_sign_ins(server)
            more.append((name, "200 password sign-ins at once", f"{answered} looked at", f"{before:.0f} MB before, {peak:.0f} MB at their peak"))
            database = None if name == "sqlite" else postgres
            path = "/v1/platform/reviews?limit=50"
            fill_queue(server, database, 1_000)
            short = wrk(server, "GET", path, operators)
            fill_queue(server, database, 100_000)
            long = wrk(server, "GET", path, operators)
            more.append((name, "page of a queue of 1 000", f"{short[0]:.0f} /s", f"{short[1]:.2f} ms p50"))
            more.append((name, "page of a queue of 100 000", f"{long[0]:.0f} /s", f"{long[1]:.2f} ms p50, {short[0] / long[0]:.2f} times the time of 1 000"))
            for what, wall, used in departments(server, database, tokens[1]):
                more.append((name, what, f"{wall:.1f} ms", f"{used:.1f} ms of CPU in the service"))
            print(f"{name}: idle {idle:.0f} MB, start to ready on an existing database {idle_start * 1000:.0f} ms")
        print("\n| database | operation | req/s | p50 ms | p99 ms | CPU µs/req | peak MB | engine op/s | of limit |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name, title, rate, p50, p99, cpu, peak, engine, ratio in rows:
            limits = f"{engine:.0f} | {ratio:.2f}" if engine else "– | –"
            print(f"| {name} | {title} | {rate:.0f} | {p50:.2f} | {p99:.2f} | {cpu:.0f} | {peak:.0f} | {limits} |")
        print("\n| database | what | rate | |\n| --- | --- | ---: | --- |")
        for row in more:
            print("| " + " | ".join(row) + " |")
    finally:
        for server in servers.values():
            server.stop()
            subprocess.run(["rm", "-rf", str(server.folder)])
        postgres.stop()


if __name__ == "__main__":
    main()
    # On databases of their own: what they are compared with is an empty one.
    members.main(sys.modules[__name__])
    access.main(sys.modules[__name__])
