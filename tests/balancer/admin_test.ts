/** The admin endpoint, request by request; over HTTP it is played in plays/balancer_process_test. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { administer, type Administered } from "../../lib/balancer/admin.ts";
import { Pool } from "../../lib/balancer/pool.ts";
import { type Reportable, serviceTimes } from "../../lib/balancer/report.ts";
import { CHANGE_HEADER } from "../../lib/net/http.ts";
import { serviceOptions } from "../support/test_balancer.ts";

function services(...names: readonly string[]): Administered {
  const options = serviceOptions({ backends: ["a:1", "[::1]:2,weight=3,max=9,backup"] });
  return new Map(names.map((name): [string, Reportable] => {
    const pool = new Pool(options, { clock: () => 0, random: () => 0, onState: () => {} });
    return [name, {
      port: 1234,
      connections: 0,
      taken: null,
      options,
      pool,
      datagrams: null,
      ...{ times: serviceTimes(), refused: {} },
    }];
  }));
}

interface Asked {
  readonly status: number;
  readonly allowed: string | null;
  readonly text: string;
  readonly changes: readonly string[];
}

async function ask(
  all: Administered,
  method: string,
  path: string,
  headers: Record<string, string> = { [CHANGE_HEADER]: "1" },
): Promise<Asked> {
  const changes: string[] = [];
  const request = new Request(`http://127.0.0.1:1239${path}`, {
    method,
    headers: { host: "127.0.0.1:1239", ...headers },
  });
  const response = administer(all, request, ({ name }, service, what) => {
    changes.push(`${service} ${name} ${what}`);
  });
  const allowed = response.headers.get("allow");
  return { status: response.status, allowed, text: await response.text(), changes };
}

Deno.test("a change is made, told of, and answered with how the backend is now", {
  permissions: "none",
}, async () => {
  const all = services("buddy");
  for (
    const [path, change] of [
      ["/buddy/0/drain", "buddy a:1 drain"],
      ["/-/a%3A1/ready", "buddy a:1 ready"],
      ["/-/%5B%3A%3A1%5D%3A2/maintain", "buddy [::1]:2 maintain"],
      ["/buddy/1/weight/5", "buddy [::1]:2 weight 5"],
    ] as const
  ) {
    const { status, changes } = await ask(all, "POST", path);
    assertEquals([status, changes], [200, [change]]);
  }
  const { text } = await ask(all, "GET", "/");
  const [a, b] = JSON.parse(text).services.buddy.backends;
  assertEquals([a.state, a.weight, a.max], ["ready", 1, null]);
  assertEquals([b.state, b.weight, b.max, b.isBackup], ["maintain", 5, 9, true]);
});

Deno.test("what cannot be done is refused with a reason, and changes nothing", {
  permissions: "none",
}, async () => {
  const all = services("buddy", "rooms");
  for (
    const [method, path, status, reason] of [
      ["POST", "/-/0/drain", 404, 'There is no service \\"-\\", only buddy, rooms'],
      ["POST", "/buddy/7/drain", 404, 'There is no backend \\"7\\" in buddy, only 0 to 1'],
      ["POST", "/buddy/0/explode", 400, '\\"explode\\" is none of drain'],
      ["POST", "/buddy/0/weight/1001", 400, "A weight is a number from 0 to 1000"],
      ["POST", "/buddy/0/weight", 400, "A weight is a number"],
      ["POST", "/buddy/0/drain/now", 400, "none of"],
      ["POST", "/%zz/0/drain", 400, "percent-encoded"],
      ["DELETE", "/buddy/0", 405, "Only GET, HEAD and POST"],
      ["GET", "/other", 404, "There is / and /metrics"],
      ["GET", "/metrics/other", 404, "There is / and /metrics"],
      ["GET", "//metrics", 404, "There is / and /metrics"],
    ] as const
  ) {
    const answer = await ask(all, method, path);
    assertEquals([answer.status, answer.changes], [status, []], path);
    assertStringIncludes(answer.text, reason);
    assertEquals(answer.allowed, status === 405 ? "GET, HEAD, POST" : null, path);
  }
});

Deno.test("a web page cannot change anything: it may not send the header, or has another host", {
  permissions: "none",
}, async () => {
  const all = services("buddy");
  assertEquals((await ask(all, "POST", "/buddy/0/drain", {})).status, 403);
  const elsewhere = { [CHANGE_HEADER]: "1", host: "rebound.example:1239" };
  assertEquals((await ask(all, "POST", "/buddy/0/drain", elsewhere)).status, 403);
  assertEquals((await ask(all, "GET", "/", { host: "rebound.example" })).status, 403);
  for (const origin of ["http://rebound.example:1239", "null"]) {
    assertEquals(
      (await ask(all, "POST", "/buddy/0/drain", { [CHANGE_HEADER]: "1", origin })).status,
      403,
    );
    assertEquals((await ask(all, "GET", "/", { origin })).status, 403);
  }
  assertEquals(all.get("buddy")!.pool.backends[0]!.adminState, "ready");
});

Deno.test("HEAD is answered as GET", { permissions: "none" }, async () => {
  for (const path of ["/", "/metrics"]) {
    assertEquals((await ask(services("buddy"), "HEAD", path)).status, 200);
  }
  assertEquals((await ask(services("buddy"), "HEAD", "/other")).status, 404);
});

Deno.test("/metrics is what Prometheus reads", { permissions: "none" }, async () => {
  const { text } = await ask(services("buddy"), "GET", "/metrics");
  assertStringIncludes(text, "# TYPE lb_backend_up gauge\n");
  assertStringIncludes(text, 'lb_backend_up{service="buddy",backend="a:1"} 1\n');
  assertStringIncludes(text, 'lb_backend_weight{service="buddy",backend="[::1]:2"} 3\n');
  for (const line of text.trimEnd().split("\n")) {
    assertEquals(
      /^(# HELP \w+ [^\n]+|# TYPE \w+ (gauge|counter|histogram)|\w+\{[^}]*\} \d+)$/.test(line),
      true,
      line,
    );
  }
});
