/** The balancer as a program, as far as it is built: it tells that it is not. */

import { OperationalError } from "../core/errors.ts";

/**
 * Does not run yet.
 *
 * @throws OperationalError always, saying what to do instead
 */
export function runBalancer(): Promise<number> {
  return Promise.reject(
    new OperationalError(
      "The load balancer is not built yet: run one server and let every client use it",
    ),
  );
}
