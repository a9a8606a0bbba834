/** Who is not served is counted by reason, from nought on. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { metricFamilies, reportService } from "../../lib/balancer/report.ts";
import { servicesPart } from "../../lib/balancer/services_part.ts";
import { metricsText } from "../../lib/observe/metrics.ts";
import { TestBackend } from "../support/backends.ts";
import { counted } from "../support/counts.ts";
import { eventually } from "../support/eventually.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { TestBalancer, type TestOptions } from "../support/test_balancer.ts";

/** What a balancer counts when a client has asked it. */
async function refusedOf(
  options: TestOptions,
  ...sent: readonly string[]
): Promise<Record<string, number>> {
  await using balancer = new TestBalancer(options);
  await balancer.ask(...sent).catch(() => "");
  await eventually("that one is counted", () => {
    return Object.keys(counted(balancer.service.refused)).length > 0;
  });
  return counted(balancer.service.refused);
}

Deno.test("a client for whom no backend is left is counted", async () => {
  const nobody = { backends: ["127.0.0.1:9"] };
  assertEquals(await refusedOf(nobody, "x\n"), { "no backend is left to try": 1 });
});

Deno.test("a client is counted whose wait is over, and one that may not even wait", async () => {
  for (
    const [queue, reason] of [
      [{ queueTimeout: 0.05 }, "every backend is full"],
      [{ maxQueue: 0 }, "too many clients wait already"],
    ] as const
  ) {
    await using a = new TestBackend("a");
    await using balancer = new TestBalancer({ backends: [`${a.address},max=1`], ...queue });
    using _first = await RawTcp.connect(balancer.port);
    await eventually(
      "that it has its place",
      () => balancer.service.pool.backends[0]!.connections === 1,
    );
    assertEquals(await balancer.ask("x\n").catch(() => ""), "");
    assertEquals(counted(balancer.service.refused), { [reason]: 1 });
  }
});

Deno.test("a client is counted that the lists turn away, and one whose PROXY header is none", async () => {
  await using a = new TestBackend("a");
  const backends = [a.address];
  assertEquals(await refusedOf({ backends, deny: ["127.0.0.1"] }, "x\n"), {
    "the address is not allowed": 1,
  });
  for (const header of ["REG ann\n", "PROXY nonsense\r\n", "PROX"]) {
    assertEquals(
      await refusedOf({ backends, acceptProxy: ["127.0.0.1"], peekTimeout: 0.05 }, header),
      { "no valid PROXY header": 1 },
      header,
    );
  }
});

Deno.test("every reason is there before it happens, those of TLS where there is TLS", async () => {
  await using balancer = new TestBalancer({ backends: ["127.0.0.1:9"] });
  const { refused } = reportService(balancer.service);
  assertEquals(counted(refused), {});
  assertEquals(Object.keys(refused).length, 10);
  const metrics = metricsText(metricFamilies(new Map([["buddy", balancer.service]])));
  assertStringIncludes(
    metrics,
    'lb_refused_total{service="buddy",reason="every backend is full"} 0\n',
  );
});

Deno.test("failed checks, and how often a backend went and came back, are counted", async () => {
  const a = new TestBackend("a");
  const options = { backends: [a.address], checkInterval: 0.02, rise: 1, fall: 1 };
  await using balancer = new TestBalancer(options);
  const { counts } = balancer.service.pool.backends[0]!;
  await balancer.service.pool.report(balancer.service.pool.backends[0]!, true);
  await a.die();
  await eventually("that it is down", () => counts.downs === 1 && counts.failedChecks > 0);
  await using _again = new TestBackend("a", undefined, a.port);
  await eventually("that it is back", () => counts.ups === 1);
  const metrics = metricsText(metricFamilies(new Map([["buddy", balancer.service]])));
  const labels = `{service="buddy",backend="${a.address}"}`;
  assertStringIncludes(metrics, `lb_backend_downs_total${labels} 1\n`);
  assertStringIncludes(metrics, `lb_backend_ups_total${labels} 1\n`);
  assertStringIncludes(metrics, `lb_checks_failed_total${labels} ${counts.failedChecks}\n`);
});

Deno.test("the page tells who was turned away and where datagrams go, and what its times are of", async () => {
  await using a = new TestBackend("a");
  await using balancer = new TestBalancer({
    ...{ backends: [a.address], deny: ["127.0.0.1"] },
    ...{ udpListen: 0, udpBackends: ["127.0.0.1:4321"] },
  });
  await balancer.ask("x\n").catch(() => "");
  const part = servicesPart(new Map([["buddy", balancer.service]]));
  const { tables = [] } = part.view();
  assertEquals(tables[1]?.caption, "Traffic of buddy");
  assertEquals(tables[1]?.rows.slice(0, 2), [
    ["Clients turned away", "1: 1 the address is not allowed"],
    ["Datagrams go to", "127.0.0.1:4321"],
  ]);
  assertEquals(part.activities()[0]?.timed, "buddy: until connected");
});
