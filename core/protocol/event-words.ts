import type { RunEvent } from './api.js';

/** What happened, in a line for people. Events of a kind that is not known here are shown as they are. */
export function eventInWords({ event, details }: Pick<RunEvent, 'event' | 'details'>): string {
  const of = (name: string) => wordOf(details[name]);
  const because = details.reason === undefined ? '' : `: ${of('reason')}`;
  switch (event) {
    case 'queued':
      return 'handed in';
    case 'state':
      return stateInWords(of('state'), details.reason === undefined ? undefined : of('reason'));
    case 'plan':
      return `plan ${of('plan')} from step ${of('from')}: ${counted(details.shards, 'shard')}${details.shadows === undefined ? '' : `, ${counted(details.shadows, 'shadow')}`}, an exchange every ${counted(details.exchangeEvery, 'step')}`;
    case 'plan-waits':
      return `plan ${of('plan')} has not begun after ${of('seconds')} s: ${counted(details.peers, 'peer')} to be given ${of('megabytes')} MB, ${of('for')}`;
    case 'sealed':
      return `checkpoint at step ${of('step')} is safe`;
    case 'back':
      if (details.members !== undefined)
        return `${counted(details.members, 'member')} of a peer that is gone ${details.members === 1 ? 'goes' : 'go'} to others`;
      return `goes back to step ${of('to')}${because}`;
    case 'took-over':
      return `${of('name')} goes on in place of peer ${of('peer')}, whose shadow it was: ${of('why')}`;
    case 'shadow-gone':
      return `peer ${of('peer')} is nobody’s shadow any more: ${of('why')}`;
    case 'disputed':
      return `peer ${of('peer')} and its shadow ${of('shadow')} differ at step ${of('step')}: both are checked`;
    case 'compared':
      return `peer ${of('peer')} and its shadow ${of('shadow')}, which round differently, are compared at step ${of('step')}: ${of('verdict')}`;
    case 'benched':
      return `peer ${of('peer')} gets no more of this job${because}`;
    case 'found-out':
      return `${details.name === undefined ? `peer ${of('peer')}` : of('name')} computed wrongly, and is shut out: ${of('why')}`;
    case 'checked':
      return `peer ${of('peer')} is checked up to step ${of('step')}${by(details.by)}: ${of('verdict')}`;
    case 'member-checked':
      return `member ${of('member')}, which peer ${of('peer')} computed, is checked: ${of('verdict')}`;
    case 'contradicted':
      return `two peers have different chunks for member ${of('member')}: it is computed again`;
    case 'uninspected':
      return `peer ${of('peer')} could not check the work of another${because}`;
    case 'withheld':
      return `peer ${of('peer')} has nothing to show of step ${of('step')}${because}`;
    case 'joined':
      return `${of('name')} joined (${of('kind')}, ${of('engine')})`;
    case 'gone':
      return `${of('name')} is gone`;
    case 'store':
      return details.reason === undefined ? 'the store works again' : `waits for the store${because}`;
    default:
      return [event, ...Object.entries(details).map(([name, value]) => `${name} ${wordOf(value)}`)].join(
        ', ',
      );
  }
}

/** `stopped on request`, not `stopped: stopped on request`. */
function stateInWords(state: string, reason: string | undefined): string {
  if (reason === undefined) return state;
  return reason.startsWith(state.slice(0, 4)) ? reason : `${state}: ${reason}`;
}

/** Whose check it was, where it was not the coordinator's own. */
const by = (who: unknown) =>
  typeof who === 'string' && who !== 'coordinator' ? ` by peer ${wordOf(who)}` : '';

const counted = (value: unknown, thing: string) => `${wordOf(value)} ${thing}${value === 1 ? '' : 's'}`;

/** A value in little space; whatever else a line holds, it stays one line. */
function wordOf(value: unknown): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
