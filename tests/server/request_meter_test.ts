import { assertEquals } from "@std/assert";
import { metricsText } from "../../lib/observe/metrics.ts";
import { RequestMeter } from "../../lib/server/request_meter.ts";
import { RecordedLog } from "../support/recorded_log.ts";

function meter(isTimed: boolean, log = new RecordedLog()): RequestMeter<"add" | "list", 200 | 500> {
  return new RequestMeter("buddy", { add: [200, 500], list: [200] }, { isTimed, log });
}

const CONNECTION = { from: "192.0.2.7", connection: 17 } as const;

Deno.test("RequestMeter counts by kind and reply from nought on, and tells what there was", {
  permissions: "none",
}, () => {
  const counted = meter(false);
  for (const reply of [200, 200] as const) counted.count("add", reply);
  counted.count("list", 500);
  assertEquals(counted.total, 3);
  assertEquals(counted.byKind(), { add: 2, list: 1 });
  assertEquals(metricsText(counted.families()).match(/^\w.*/gm), [
    'parley_requests_total{service="buddy",kind="add",reply="200"} 2',
    'parley_requests_total{service="buddy",kind="add",reply="500"} 0',
    'parley_requests_total{service="buddy",kind="list",reply="200"} 0',
    'parley_requests_total{service="buddy",kind="list",reply="500"} 1',
    'parley_requests_late_total{service="buddy"} 0',
  ]);
});

Deno.test("RequestMeter counts who did not ask in time", { permissions: "none" }, () => {
  const log = new RecordedLog(true);
  const counted = meter(false, log);
  counted.late({ remoteIp: "192.0.2.7", connection: 17 });
  const [, late] = counted.families();
  assertEquals(late?.samples, [[{ service: "buddy" }, 1]]);
  assertEquals(log.messages("debug"), ["No request in time"]);
});

Deno.test("RequestMeter measures time only where somebody looks at it", {
  permissions: "none",
}, () => {
  assertEquals(meter(false).seconds, undefined);
  const timed = meter(true);
  timed.seconds!.observe(0.3);
  assertEquals(timed.families()[2]?.name, "parley_request_seconds");
  assertEquals(timed.families()[2]?.samples.length, 1);
});

Deno.test("RequestMeter tells a log that wants such lines of each request, and no other", {
  permissions: "none",
}, () => {
  assertEquals(meter(true).begin("add"), undefined);
  const log = new RecordedLog(true);
  const counted = meter(false, log);
  const mark = counted.begin("add")!;
  const more = { user: "ann", reason: "STORAGE" };
  counted.tell(mark, { kind: "add", reply: 500, ...CONNECTION, more });
  const [{ level, message, fields: { ms, ...fields } }] = log.entries as [typeof log.entries[0]];
  assertEquals([level, message, typeof ms], ["debug", "Request", "number"]);
  assertEquals(fields, { ...CONNECTION, service: "buddy", kind: "add", reply: 500, ...more });
});
