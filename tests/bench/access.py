"""Pages of members for whoever has a role for 1, 100 and 1 000 departments, beside the same page for the owner.

Part of `run`; alone, on release builds: `python3 tests/bench/access.py`. BENCH_MEMBERS and BENCH_TREE say how large the company is."""
import os, pathlib, time

import members as people

MANAGER = "00000000-0000-8000-8000-000000000007"


def departments(bench, server, token, count):
    """Departments that stand beside each other, spread over the tree."""
    found, cursor = [], ""
    while len(found) < 4 * count:
        page = bench.call(server.base, "GET", f"/v1/departments?limit=100{cursor}", token=token)[0]
        found += [one["id"] for one in page["data"] if one["level"] > 2]
        if not page["next_cursor"]:
            break
        cursor = "&cursor=" + page["next_cursor"]
    step = max(1, len(found) // count)
    return found[::step][:count]


def measure(bench, server, postgres, owner, members, tree):
    store = people.Store(server, postgres)
    store.certify()
    people.company(bench, server, postgres, owner, members, tree)
    store.run("ANALYZE")
    some = departments(bench, server, owner, 1_000)
    pages = {"page of 50": "/v1/members?limit=50", "page of 50 of a department": f"/v1/members?limit=50&department_id={some[0]}",
             "a member": "/v1/members/" + bench.call(server.base, "GET", f"/v1/members?limit=1&department_id={some[0]}", token=owner)[0]["data"][0]["id"]}
    rows, managers = [], {}
    for ranges in (1, 100, 1_000):
        token, me = bench.joined(server, owner)
        bench.call(server.base, "POST", "/v1/access/assignments", token=owner, body={
            "role_id": MANAGER, "holder": {"kind": "member", "id": me}, "range": {"kind": "departments", "department_ids": some[:ranges]}})
        managers[ranges] = token
    time.sleep(1.5)
    for what, path in pages.items():
        # One after the other, several times: the machine is not the same from minute to minute.
        cost = {name: [] for name in ("owner", *managers)}
        for _ in range(5):
            for name, token in (("owner", owner), *managers.items()):
                cost[name].append(bench.wrk(server, "GET", path, [token])[3])
        base = min(cost["owner"])
        ratios = ", ".join(f"{min(cost[ranges]) / base:.2f} with {ranges}" for ranges in managers)
        rows.append((f"{what}, by a manager of departments", f"{base:.0f} µs for the owner", f"times that: {ratios}"))
    for ranges, token in managers.items():
        rate, p50, _, cpu = bench.wrk(server, "GET", "/v1/members?limit=50&managed=true", [token])
        rows.append((f"page of 50 of those who are managed, {ranges} departments", f"{rate:.0f} /s", f"{p50:.2f} ms p50, {cpu:.0f} µs of CPU"))
    return rows


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).parent.parent.parent)
    import bench
    people.build()
    bench.on_each_database(1, lambda *given: measure(bench, *given, people.MEMBERS, people.DEPARTMENTS))
