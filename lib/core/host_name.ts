/** Where a machine is, as somebody writes it: a name or an IP address. */

import { isIpAddress } from "./ip_address.ts";

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\.?$/i;

/** Whether a text is an IPv6 address, without the brackets that stand around it before a port. */
export function isIPv6(text: string): boolean {
  return text.includes(":") && isIpAddress(text);
}

/** Whether a text is a host name or an IP address, an IPv6 one without brackets. */
export function isHost(text: string): boolean {
  // What looks like an IPv4 address has to be one: 127.0.0.300 is no name.
  const isName = HOST_NAME.test(text) && !/^[\d.]+$/.test(text);
  return isName || isIpAddress(text);
}
