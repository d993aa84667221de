/** Where a peer is, as far as the coordinator can see. */
export interface Whereabouts {
  /** The network address it comes from, as text; undefined where it is not known. */
  readonly address: string | undefined;
  /** Seconds to the coordinator and back; undefined until they are measured. */
  readonly roundTrip: number | undefined;
}

/** Ways are as long as one another if they differ by no more than this part of the longer one, or by so many seconds. */
const ALIKE = { part: 0.2, seconds: 1e-3 };

/** Groups of 16 bits that a site's addresses have in common: IPv6 is given out to sites in blocks of /48 (RFC 6177 has smaller ones too). */
const SITE_GROUPS = 3;
/** Numbers of 8 bits that addresses of a small network have in common: /24. */
const NETWORK_NUMBERS = 3;

/**
 * Whether two peers are likely to be in one network, so that the way between them is short though nobody has measured it: they come from one
 * address, as all behind one router do, or from neighbouring ones (/24, /48) by ways of the same length. Of the same length is only what has
 * been measured. A loopback address is that of a tunnel or proxy on the coordinator's machine, and tells nothing.
 */
export function areNear(a: Whereabouts, b: Whereabouts): boolean {
  const [one, other] = [plain(a.address), plain(b.address)];
  if (one === undefined || other === undefined || isLoopback(one) || isLoopback(other)) return false;
  const ways = waysOf(a.roundTrip, b.roundTrip);
  if (one === other) return ways !== 'unlike';
  return ways === 'alike' && networkOf(one) === networkOf(other);
}

function waysOf(one: number | undefined, other: number | undefined): 'alike' | 'unlike' | 'unknown' {
  if (one === undefined || other === undefined) return 'unknown';
  const allowed = Math.max(ALIKE.seconds, ALIKE.part * Math.max(one, other));
  return Math.abs(one - other) <= allowed ? 'alike' : 'unlike';
}

/** IPv4 that is written as IPv6, as sockets that take both give it, is IPv4. Undefined where it is no address. */
function plain(address: string | undefined): string | undefined {
  const text = address?.toLowerCase().replace(/^::ffff:(?=[\d.]+$)/, '');
  return text !== undefined && (isIpv4(text) || text.includes(':')) ? text : undefined;
}

const isIpv4 = (address: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(address);

const isLoopback = (address: string) => address === '::1' || (isIpv4(address) && address.startsWith('127.'));

function networkOf(address: string): string {
  if (isIpv4(address)) return address.split('.').slice(0, NETWORK_NUMBERS).join('.');
  const [written = ''] = address.split('::');
  const groups = written.split(':').filter((group) => group !== '');
  return Array.from({ length: SITE_GROUPS }, (_, i) => groups[i] ?? '0').join(':');
}
