/**
 * What the answering side waits before it tries the other's candidates. If it tries them before the other has the
 * answer in place, libdatachannel may begin the handshake with nothing to check it by, and fails; or it misses the
 * first packet of the handshake, which is repeated after a second.
 */
export const HEAD_START_MS = 100;

/** Addresses at which the other side may be reached. */
export interface Candidates {
  /** As in the description, without `a=`. */
  readonly lines: readonly string[];
  /** The `mid` of the description's only section. */
  readonly section: string;
}

/** Takes the candidates out of a session description (RFC 8839), and that there are no more. */
export function withoutCandidates(sdp: string): { description: string; candidates: Candidates } {
  const lines = [...sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)].map(([, line = '']) => line);
  const [, section = ''] = /^a=mid:(\S+)/m.exec(sdp) ?? [];
  return {
    description: sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, ''),
    candidates: { lines, section },
  };
}

/** Address and port of each candidate in a session description at which a TURN server stands in, with a blank between. */
export function relayedAddresses(sdp: string): string[] {
  return [...sdp.matchAll(/^a=candidate:(?:\S+ ){4}(\S+ \d+) typ relay\b/gm)].map(
    ([, address = '']) => address,
  );
}
