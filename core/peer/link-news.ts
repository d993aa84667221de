import type { LinkFigures } from '../plan/known-fleet.js';
import { MAX_LINKS_TOLD } from '../protocol/limits.js';
import type { ToldLink } from '../protocol/messages.js';
import type { PeerId } from '../protocol/plan.js';

/** What changes by less is no news: figures are known no better. */
const NEWS = 0.1;
/** The least rate that a message may tell. */
const LEAST_RATE = 1;

/** What the coordinator has not been told yet of one peer's links. */
export class LinkNews {
  readonly #ways: () => ReadonlyMap<PeerId, LinkFigures>;
  readonly #told = new Map<PeerId, LinkFigures>();

  constructor(ways: () => ReadonlyMap<PeerId, LinkFigures>) {
    this.#ways = ways;
  }

  /** Links whose figures have changed by a tenth since they were last taken; what is too much for one message comes with the next. */
  take(): ToldLink[] {
    const news = [...this.#ways()].filter(([peer, figures]) => isNews(this.#told.get(peer), figures));
    return news.slice(0, MAX_LINKS_TOLD).map(([peer, figures]) => {
      this.#told.set(peer, figures);
      const { roundTrip, rate } = figures;
      return { peer, roundTrip, ...(rate !== undefined && rate >= LEAST_RATE && { rate }) };
    });
  }
}

function isNews(told: LinkFigures | undefined, { roundTrip, rate }: LinkFigures): boolean {
  return told === undefined || differs(told.roundTrip, roundTrip) || differs(told.rate, rate);
}

function differs(before: number | undefined, now: number | undefined): boolean {
  if (before === undefined || now === undefined) return before !== now;
  return Math.abs(now - before) > NEWS * before;
}
