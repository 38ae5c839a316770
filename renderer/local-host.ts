// Loopback, and the addresses and names of local networks: RFC 6890 and RFC 4193 for addresses, RFC 6761 and RFC 6762
// for names. A name of one label is resolved by a search list or by mDNS. A URL's host is in lower case, and an IPv4
// address in it in four decimal parts, whatever was written.
const LOCAL =
  /^((localhost|[^.:]+|.+\.(localhost|local))\.?|(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+|\[(::1|fe[89ab].*|f[cd].*)\])$/;

/** Whether a URL's host is reached without a default path, as far as its name tells. */
export function isLocalHost(hostname: string): boolean {
  return LOCAL.test(hostname);
}
