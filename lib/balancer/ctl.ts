/** Steers a running balancer: the command line of `load_balancer.ts ctl`, over its endpoint. */

import { type CtlOptions, ctlRequest } from "../config/ctl_options.ts";
import { OperationalError, UnreachableError } from "../core/errors.ts";
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
    const { services } = body as { services?: Record<string, ServiceReport> };
    if (services === undefined) throw noBalancer(options);
    return Object.entries(services).flatMap(([name, { port, backends }]) =>
      backends.map((backend) => visibleText(backendLine(name, port, backend)))
    );
  }
  const { body } = await askLocal(options.adminPort, request.path, {
    method: "POST",
    headers: { [CHANGE_HEADER]: "1" },
  });
  const answer = body as ChangeAnswer;
  if ("error" in answer) throw new OperationalError(answer.error);
  if (answer.backend === undefined) throw noBalancer(options);
  return [visibleText(backendLine(answer.service, answer.port, answer.backend))];
}

function noBalancer({ adminPort }: CtlOptions): UnreachableError {
  return new UnreachableError(`Cannot steer 127.0.0.1:${adminPort}: that is no load balancer`);
}
