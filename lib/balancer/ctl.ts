/** Steers a running balancer: the command line of `load_balancer.ts ctl`, over its endpoint. */

import { type CtlOptions, ctlRequest } from "../config/ctl_options.ts";
import { OperationalError } from "../core/errors.ts";
import { visibleText } from "../core/visible_text.ts";
import { CHANGE_HEADER } from "../net/http.ts";
import { askLocal } from "../net/local_http.ts";
import type { ChangeAnswer } from "./admin.ts";
import { backendLine, type ServiceReport } from "./report.ts";

/**
 * Does what the words ask.
 *
 * @returns lines to print
 * @throws UsageError for wrong words, UnreachableError without a balancer, OperationalError when it
 * refuses
 */
export async function steer(options: CtlOptions): Promise<string[]> {
  const request = ctlRequest(options);
  if (request.kind === "status") {
    const { body } = await askLocal(options.adminPort, "/", { method: "GET" });
    const { services = {} } = body as { services?: Record<string, ServiceReport> };
    return Object.entries(services).flatMap(([name, { backends }]) =>
      backends.map((backend) => visibleText(backendLine(name, backend)))
    );
  }
  const { body } = await askLocal(options.adminPort, request.path, {
    method: "POST",
    headers: { [CHANGE_HEADER]: "1" },
  });
  const answer = body as ChangeAnswer;
  if ("error" in answer) throw new OperationalError(answer.error);
  return [visibleText(backendLine(answer.service, answer.backend))];
}
