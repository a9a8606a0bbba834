import { assertEquals } from "@std/assert";
import { metricsText } from "../../lib/observe/metrics.ts";
import { RequestMeter } from "../../lib/server/request_meter.ts";

function meter(isTimed: boolean): RequestMeter<"add" | "list", 200 | 500> {
  return new RequestMeter("buddy", { kinds: ["add", "list"], replies: [200, 500] }, isTimed);
}

Deno.test("RequestMeter counts by kind and reply, and tells what there was", {
  permissions: "none",
}, () => {
  const counted = meter(false);
  for (const reply of [200, 200, 500] as const) counted.count("add", reply);
  assertEquals(counted.total, 3);
  assertEquals(counted.byKind(), { add: 3, list: 0 });
  assertEquals(metricsText(counted.families()).match(/^\w.*/gm), [
    'parley_requests_total{service="buddy",kind="add",reply="200"} 2',
    'parley_requests_total{service="buddy",kind="add",reply="500"} 1',
  ]);
});

Deno.test("RequestMeter measures time only where somebody looks at it", {
  permissions: "none",
}, () => {
  assertEquals(meter(false).seconds, undefined);
  const timed = meter(true);
  timed.seconds!.observe(0.3);
  assertEquals(timed.families()[1]?.name, "parley_request_seconds");
  assertEquals(timed.families()[1]?.samples.length, 1);
});
