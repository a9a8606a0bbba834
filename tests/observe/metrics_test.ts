import { assertEquals } from "@std/assert";
import { Histogram } from "../../lib/core/histogram.ts";
import { byLabel, counter, gauge, histogram, metricsText } from "../../lib/observe/metrics.ts";

Deno.test("metricsText() writes counters, gauges and histograms as Prometheus reads them", {
  permissions: "none",
}, () => {
  const seconds = new Histogram([0.5, 1]);
  for (const value of [0.25, 0.75, 4]) seconds.observe(value);
  const text = metricsText([
    counter("a_total", "How many", byLabel("kind", { set: 2, get: 0 }, { service: "buddy" })),
    gauge("b", "How much", [[{}, -1.5], [{ x: "y" }, Infinity]]),
    histogram("c_seconds", "How long", [[{ service: "buddy" }, seconds]]),
  ]);
  assertEquals(
    text,
    `# HELP a_total How many
# TYPE a_total counter
a_total{service="buddy",kind="set"} 2
a_total{service="buddy",kind="get"} 0
# HELP b How much
# TYPE b gauge
b -1.5
b{x="y"} +Inf
# HELP c_seconds How long
# TYPE c_seconds histogram
c_seconds_bucket{service="buddy",le="0.5"} 1
c_seconds_bucket{service="buddy",le="1"} 2
c_seconds_bucket{service="buddy",le="+Inf"} 3
c_seconds_sum{service="buddy"} 5
c_seconds_count{service="buddy"} 3
`,
  );
});

Deno.test(
  "metricsText() puts what several services tell of one name together, and leaves out nothing else",
  {
    permissions: "none",
  },
  () => {
    const text = metricsText([
      counter("a_total", "How many", [[{ service: "buddy" }, 1]]),
      gauge("b", "How much", [[{}, 1]]),
      gauge("none", "Nothing", []),
      counter("a_total", "How many", [[{ service: "rooms" }, 2]]),
    ]);
    assertEquals(text.match(/^\w.*/gm), [
      'a_total{service="buddy"} 1',
      'a_total{service="rooms"} 2',
      "b 1",
    ]);
    assertEquals(text.match(/# TYPE a_total/g)?.length, 1);
  },
);

Deno.test("metricsText() escapes what would end a label or a line", { permissions: "none" }, () => {
  const text = metricsText([gauge("a", "one\ntwo\\three", [[{ x: 'a"b\\c\nd' }, 1]])]);
  assertEquals(text.split("\n"), [
    "# HELP a one\\ntwo\\\\three",
    "# TYPE a gauge",
    'a{x="a\\"b\\\\c\\nd"} 1',
    "",
  ]);
});
