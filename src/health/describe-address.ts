/** A host and port as in a URL: an IPv6 address is in brackets. */
export function describeAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
