/** A running balancer as its status port shows it: every backend, and buttons to steer it. */

import type { Observed } from "../observe/status_view.ts";
import type { Balancer } from "./balancer.ts";
import { metricFamilies, reportService, type ServiceReport } from "./report.ts";

/** What there is to see of a balancer. */
export interface ObservedBalancer extends Observed {
  /** Says from now on that it takes nothing new. */
  stopping(): void;
}

/** Makes a balancer visible; `change` is what its admin endpoint does with a request. */
export function observeBalancer(
  balancer: Balancer,
  change: (request: Request) => Response,
): ObservedBalancer {
  let isStopping = false;
  const reports = (): ReadonlyMap<string, ServiceReport> =>
    new Map([...balancer.services].map(([name, service]) => [name, reportService(service)]));
  const troubles = (): string[] => [
    ...(isStopping ? ["draining: the balancer is being stopped"] : []),
    ...[...reports()].flatMap(([name, { backends }]) =>
      backends.some(({ health, state }) => health === "up" && state === "ready")
        ? []
        : [`degraded: no backend of ${name} is up and ready`]
    ),
  ];
  return {
    program: "Parley load balancer",
    stopping() {
      isStopping = true;
    },
    troubles,
    state: () => ({ services: Object.fromEntries(reports()) }),
    families: () => metricFamilies(reports()),
    activities: () => [],
    view: () => ({ tiles: [], tables: [] }),
    change,
  };
}
