/** What a device's owner may make computing depend on. `unknown`: this browser does not tell. */
export interface Circumstances {
  readonly power: 'mains' | 'battery' | 'unknown';
  readonly network: 'fixed' | 'mobile' | 'unknown';
  /** Of the day: 0 to 23, by the device's clock. */
  readonly hour: number;
}

/** The parts of a browser that tell. Few have both. */
export interface Teller {
  getBattery?(): Promise<Battery>;
  readonly connection?: Connection;
}

interface Battery extends EventTarget {
  readonly charging: boolean;
}

interface Connection extends EventTarget {
  readonly type?: string;
}

const A_MINUTE_MS = 60_000;

/** Tells of the circumstances now, and of each change, for as long as the page is open. */
export async function watchCircumstances(
  teller: Teller,
  onChange: (circumstances: Circumstances) => void,
): Promise<void> {
  // Refused where a policy forbids it.
  const battery = await teller.getBattery?.().catch(() => undefined);
  const { connection } = teller;
  let last = '';
  const look = () => {
    const now: Circumstances = {
      power: battery === undefined ? 'unknown' : battery.charging ? 'mains' : 'battery',
      network: networkOf(connection?.type),
      hour: new Date().getHours(),
    };
    const written = JSON.stringify(now);
    if (written !== last) onChange(now);
    last = written;
  };
  battery?.addEventListener('chargingchange', look);
  connection?.addEventListener('change', look);
  setInterval(look, A_MINUTE_MS);
  look();
}

/** By the Network Information API. Desktops leave the type out, and phones know a mobile connection from others. */
function networkOf(type: string | undefined): Circumstances['network'] {
  switch (type) {
    case undefined:
    case 'unknown':
      return 'unknown';
    case 'cellular':
    case 'wimax':
      return 'mobile';
    default:
      return 'fixed';
  }
}
