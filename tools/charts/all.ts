/** Which charts there are. Pure: a run in, files out. */

import type { BenchResults, LoadResult } from "../bench/results.ts";
import { tableOf } from "../bench/table.ts";
import { barsOf } from "./bars.ts";
import { curvesOf } from "./curves.ts";
import { ratiosOf } from "./ratios.ts";

/** Groups that are drawn as bars, and the title of each. */
const BARS: Readonly<Record<string, string>> = {
  registrations: "Registrations, each on disk before its answer",
  presence: "Who is online: GET of ten buddies over UDP",
  rooms: "Rooms: one member's datagrams to all others",
  chat: "Login chat: one member's lines to all others",
  balancer: "Load balancer in front of servers that do nothing else",
  site: "Load balancer in front of two Parley servers",
  bulk: "Bytes through the load balancer",
};

/** The charts of a run by file name. Groups that were not measured have none. */
export function chartsOf(results: BenchResults): ReadonlyMap<string, string> {
  const charts = new Map<string, string>();
  const rows = tableOf(results).filter(({ must, aim }) => must !== undefined || aim !== undefined);
  const rates = rows.filter(({ of }) => of === "rate");
  const latencies = rows.filter(({ of }) => of === "p99");
  const note = "red: must; dashed: aim; ";
  if (rates.length > 0) {
    charts.set(
      "ratios.svg",
      ratiosOf("Rates, ours to theirs", `${note}longer is better, bars end at 4`, rates),
    );
  }
  if (latencies.length > 0) {
    const title = "p99 latency, ours to theirs";
    charts.set("latencies.svg", ratiosOf(title, `${note}shorter is better`, latencies));
  }
  const isCurve = (load: LoadResult): boolean => load.axis !== undefined;
  for (const [group, title] of Object.entries(BARS)) {
    const loads = results.loads.filter((load) => load.group === group && !isCurve(load));
    if (loads.length > 0) charts.set(`${group}.svg`, barsOf(title, loads));
  }
  const curves = results.loads.filter(isCurve);
  if (curves.length > 0) charts.set("growth.svg", curvesOf("What growth costs", curves));
  return charts;
}
