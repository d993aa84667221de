import { z } from 'zod';
import { ENGINE_CHOICES } from '../engines.js';

const hour = z.number().int().min(0).max(23);

const termsSchema = z.strictObject({
  engine: z.enum(ENGINE_CHOICES),
  /** Per cent of the device. */
  share: z.number().int().min(10).max(100),
  /** Not while it runs on its battery. */
  mainsOnly: z.boolean(),
  /** Not over mobile data. */
  wifiOnly: z.boolean(),
  /** Of the day, by the device's clock: from the first to the start of the last, over midnight where that is less; always where left out. */
  hours: z.strictObject({ from: hour, to: hour }).exactOptional(),
});

/** On what terms a visitor lends the device. */
export type Terms = z.infer<typeof termsSchema>;

export const USUAL_TERMS: Terms = { engine: 'auto', share: 100, mainsOnly: false, wifiOnly: false };

const KEY = 'groundswell.terms';

/** What was chosen here before, as far as it can still be read. */
export function rememberedTerms(storage: Storage | undefined): Terms {
  try {
    return termsSchema.parse(JSON.parse(storage?.getItem(KEY) ?? ''));
  } catch {
    return USUAL_TERMS;
  }
}

/** A browser that keeps nothing, or is full, asks again next time. */
export function rememberTerms(storage: Storage | undefined, terms: Terms): void {
  try {
    storage?.setItem(KEY, JSON.stringify(terms));
  } catch {
    // So be it.
  }
}
