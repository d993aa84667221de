import { ENGINE_CHOICES, type EngineChoice } from '../engines.js';

/** What the page's address asks for. No parameter stands for a visitor's consent. */
export interface PageParameters {
  readonly room: string;
  /** Opens a room that is open by invitation only. */
  readonly invite: string | undefined;
  /** Ticked at first; the visitor may choose another. */
  readonly engine: EngineChoice;
}

/** `search` is `location.search`. */
export function readParameters(search: string): PageParameters {
  const query = new URLSearchParams(search);
  return {
    room: query.get('room') || 'main',
    invite: query.get('invite') || undefined,
    engine: ENGINE_CHOICES.find((choice) => choice === query.get('engine')) ?? 'auto',
  };
}
