/** Where a program that serves can be looked into. */

import { UsageError } from "../core/errors.ts";
import { type Option, optionalPort, type OptionTable, splitList, text } from "./option.ts";

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Names of this machine: a page may be asked for by them. */
const statusNames: Option<readonly string[]> = {
  flag: "status-name",
  valueName: "NAME,...",
  default: [],
  help: "names the status port may be asked by, beside its addresses",
  repeatable: true,
  parse(texts, label) {
    const names = splitList(texts, label).map((name) => name.toLowerCase());
    const wrong = names.find((name) => !HOST_NAME.test(name));
    if (wrong === undefined) return names;
    throw new UsageError(`Cannot use ${label} "${wrong}": expected a host name, without a port`);
  },
};

/** The options of the status port. */
export const STATUS_OPTIONS = {
  status: optionalPort(
    "status-port",
    "port of the status page, /metrics and /readyz; 0 for a free one",
  ),
  statusHost: text("status-host", "ADDR", "127.0.0.1", "address the status port listens on"),
  statusNames,
} satisfies OptionTable;
