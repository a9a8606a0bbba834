/** A host and a port: how they are written, and when two are the same. */

/** `192.0.2.7:1234`, `[2001:db8::7]:1234`, `lab-1:1234`. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address somebody is at. */
export interface Address {
  /** In canonical form. */
  readonly ip: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** Whether two addresses are the same; nowhere is none. */
export function isSameAddress(one: Address | undefined, other: Address): boolean {
  return one?.port === other.port && one.ip === other.ip;
}
