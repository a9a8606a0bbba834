/** A running balancer as its status port shows it: every backend, and buttons to steer it. */

import type { Observed } from "../observe/status_view.ts";
import type { Balancer } from "./balancer.ts";
import { reportService } from "./report.ts";
import { servicesPart } from "./services_part.ts";

/** Makes a balancer visible; `change` is what its admin endpoint does with a request. */
export function observeBalancer(
  balancer: Balancer,
  change: (request: Request) => Response,
): Observed {
  return {
    program: "Parley load balancer",
    troubles: () =>
      [...balancer.services].filter(([, service]) =>
        !reportService(service).backends.some(({ health, state }) =>
          health === "up" && state === "ready"
        )
      ).map(([name]) => `degraded: no backend of ${name} is up and ready`),
    parts: { services: servicesPart(balancer.services) },
    change,
  };
}
