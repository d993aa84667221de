/** First match wins: each browser also names those it wants to be taken for. */
const BROWSERS = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
] as const;

const SYSTEMS = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
] as const;

/** How this device appears to the others of its room: no more than `Firefox on Windows`. */
export function browserName(userAgent: string): string {
  const named = (list: typeof BROWSERS | typeof SYSTEMS) => list.find(([mark]) => mark.test(userAgent))?.[1];
  const system = named(SYSTEMS);
  return `${named(BROWSERS) ?? 'Browser'}${system ? ` on ${system}` : ''}`;
}
