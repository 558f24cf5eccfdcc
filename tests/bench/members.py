"""Members at 1 000 and at 100 000: importing them, beside the bare insert of the same rows, and reading them.

Part of `run`; alone, on release builds: `python3 tests/bench/members.py`. BENCH_MEMBERS and BENCH_TREE say how large the large company is."""
import json, os, pathlib, sqlite3, subprocess, sys, time

MEMBERS = int(os.environ.get("BENCH_MEMBERS", "100000"))
DEPARTMENTS = int(os.environ.get("BENCH_TREE", "29999"))
# How many members one transaction keeps, here as in an import.
PIECE = 500


class Store:
    """The database of a server, asked around it."""

    def __init__(self, server, postgres):
        self.server, self.postgres = server, postgres
        self.file = None if postgres else str(server.folder / "gongpai.db")

    def run(self, sql):
        if self.postgres:
            return self.postgres.sql(sql)
        with sqlite3.connect(self.file, timeout=60) as db:
            db.execute(sql)

    def certify(self):
        """Only who is certified has so many members."""
        since, until = ("'1970-01-01'", "'2100-01-01'") if self.postgres else ("0", "4102444800000000")
        self.run("INSERT INTO certificates (tenant_id, application_id, registration_key, subject, valid_from, valid_until, barred) "
                 f"SELECT tenant_id, tenant_id, 'bench', '{{}}', {since}, {until}, '[]' FROM tenants "
                 "WHERE tenant_id NOT IN (SELECT tenant_id FROM certificates)")

    def bare(self, tenant):
        """Seconds that the engine alone takes to insert what the import of a tenant left, in transactions of the same size."""
        tables = {"departments": ("departments", "parent_id IS NOT NULL", "number"), "members": ("members", "role = 'member'", "id"),
                  "placements": ("placements", "TRUE", "member_id"), "member_terms": ("member_terms", "TRUE", "member_id"),
                  "journal": ("journal", "action IN ('member.invited', 'department.created')", "seq")}
        return self.bare_postgres(tenant, tables) if self.postgres else self.bare_sqlite(tenant, tables)

    def pieces(self, rows, pieces):
        size = -(-len(rows) // pieces)
        return [rows[at:at + size] for at in range(0, len(rows), size)]

    def bare_sqlite(self, tenant, tables):
        target = str(self.server.folder / "bare.db")
        subprocess.run([self.server.binary, "migrate"], env={**self.server.environment, "DATABASE_URL": target}, check=True)
        source, key, work, pieces = sqlite3.connect(self.file), bytes.fromhex(tenant.replace("-", "")), [], 1
        for name, (table, where, order) in tables.items():
            rows = source.execute(f"SELECT * FROM {table} WHERE tenant_id = ? AND {where} ORDER BY {order}", (key,)).fetchall()
            pieces = max(pieces, len(rows) // PIECE if name == "members" else 1)
            work.append((name, rows))
        keys = source.execute("SELECT * FROM person_keys WHERE person_id IN (SELECT id FROM members WHERE tenant_id = ? AND role = 'member')", (key,)).fetchall()
        work = [(name, self.pieces(rows, pieces)) for name, rows in work + [("person_keys", keys)] if rows]
        db = sqlite3.connect(target, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        # As the service has it.
        db.execute("PRAGMA cache_size = -65536")
        started = time.monotonic()
        for piece in range(pieces):
            db.execute("BEGIN IMMEDIATE")
            for name, parts in work:
                if piece < len(parts):
                    db.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(parts[piece][0]))})", parts[piece])
            db.execute("COMMIT")
        return time.monotonic() - started

    def bare_postgres(self, tenant, tables):
        self.postgres.sql("DROP DATABASE IF EXISTS bare")
        self.postgres.sql("CREATE DATABASE bare")
        target = self.postgres.url.rsplit("/", 1)[0] + "/bare"
        subprocess.run([self.server.binary, "migrate"], env={**self.server.environment, "DATABASE_URL": target}, check=True)
        psql = [str(self.postgres.bin / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1"]
        work, pieces = [], 1
        queries = {name: f"SELECT * FROM {table} WHERE tenant_id = '{tenant}' AND {where} ORDER BY {order}" for name, (table, where, order) in tables.items()}
        queries["person_keys"] = f"SELECT k.* FROM person_keys k JOIN members m ON m.id = k.person_id WHERE m.tenant_id = '{tenant}' AND m.role = 'member'"
        for name, query in queries.items():
            rows = subprocess.run(psql + ["-c", f"COPY ({query}) TO STDOUT", self.postgres.url], check=True, capture_output=True).stdout.splitlines(True)
            pieces = max(pieces, len(rows) // PIECE if name == "members" else 1)
            work.append((name, rows))
        work = [(name, self.pieces(rows, pieces)) for name, rows in work if rows]
        script = []
        for piece in range(pieces):
            script.append(b"BEGIN;\n")
            for name, parts in work:
                if piece < len(parts):
                    script += [f"COPY {name} FROM STDIN;\n".encode(), *parts[piece], b"\\.\n"]
            script.append(b"COMMIT;\n")
        file = self.server.folder / "bare.sql"
        file.write_bytes(b"".join(script))
        started = time.monotonic()
        subprocess.run(psql + ["-f", str(file), target], check=True)
        return time.monotonic() - started


def wait(call, server, token, path, states):
    while True:
        found = call(server.base, "GET", path, token=token)[0]
        if found["state"] in states:
            return found
        time.sleep(0.1)


def company(bench, server, postgres, token, members, departments):
    """Imports a made-up company; gives seconds of the dry run, of carrying it out, and of the bare insert."""
    csv = subprocess.run(["target/debug/made-up-company", str(members), str(departments)], check=True, capture_output=True).stdout
    form = bench.form_of({"create_departments": "true"}, "a.csv", csv)
    started = time.monotonic()
    made = bench.call(server.base, "POST", "/v1/member-imports", token=token, form=form)[0]
    path = f"/v1/member-imports/{made['id']}"
    plan = wait(bench.call, server, token, path, ("planned", "failed"))
    if plan["plan"]["rows"]["create"] != members:
        raise SystemExit(f"the plan: {plan}")
    planned = time.monotonic() - started
    started = time.monotonic()
    bench.call(server.base, "POST", path + "/execution", {"plan_hash": plan["plan"]["hash"]}, token)
    done = wait(bench.call, server, token, path, ("completed", "failed"))
    executed = time.monotonic() - started
    if done["state"] != "completed" or done["failed_rows"]:
        raise SystemExit(f"the import: {done}")
    tenant = bench.call(server.base, "GET", "/v1/me", token=token)[0]["tenant"]["id"]
    return planned, executed, Store(server, postgres).bare(tenant)


def reads(bench, server, token, members):
    """Requests/s and CPU per request of what is read of members."""
    find = lambda query: bench.call(server.base, "GET", f"/v1/members?limit=1&{query}", token=token)[0]["data"][0]
    one = find(f"search=u{members - 1}")
    tree = bench.call(server.base, "GET", "/v1/departments?limit=1", token=token)[0]["data"][0]["id"]
    paths = {"a member": f"/v1/members/{one['id']}", "page of 50": "/v1/members?limit=50",
             "page of 50, searched by pinyin": "/v1/members?limit=50&search=li", "page of 50 of a subtree": f"/v1/members?limit=50&within_id={tree}"}
    return {name: bench.wrk(server, "GET", path, [token]) for name, path in paths.items()}


def measure(bench, server, postgres, small, large):
    """(what, rate, remark) for each; two tokens of two companies that have no members yet."""
    store, rows, found = Store(server, postgres), [], []
    store.certify()
    for token, members, departments in ((small, 1_000, 300), (large, MEMBERS, DEPARTMENTS)):
        planned, executed, bare = company(bench, server, postgres, token, members, departments)
        rows.append((f"dry run of {members} members", f"{members / planned:.0f} rows/s", f"{planned:.1f} s"))
        rows.append((f"import of {members} members in {departments} departments", f"{members / executed:.0f} rows/s",
                     f"{executed:.1f} s, {bare / executed:.2f} of the bare insert ({bare:.1f} s); with the dry run {bare / (planned + executed):.2f}"))
        store.run("ANALYZE")
        found.append(reads(bench, server, token, members))
    for what, (rate, p50, _, cpu) in found[1].items():
        short = found[0][what]
        rows.append((f"{what}, {MEMBERS} members", f"{rate:.0f} /s", f"{p50:.2f} ms p50, {cpu:.0f} µs of CPU: {short[0] / rate:.2f} times the time of 1 000, and {cpu / short[3]:.2f} times its CPU"))
    return rows


def build():
    subprocess.run(["cargo", "build", "--quiet", "-p", "tests", "--bin", "made-up-company"], check=True)


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).parent.parent.parent)
    import bench
    build()
    bench.on_each_database(2, lambda *given: measure(bench, *given))
