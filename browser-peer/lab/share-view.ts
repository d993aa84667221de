import type { Invitations } from '../../core/protocol/api.js';
import { element, show } from '../contribute/elements.js';

const ROLES = [
  ['watch', 'Watch', 'sees the field, the jobs and their results'],
  ['contribute', 'Contribute', 'lends a device as well'],
  ['run', 'Run', 'hands jobs in, stops and resumes them as well'],
] as const;

/** Links for others, each with what it allows. */
export function showInvitations(links: Invitations, told: (words: string) => void): void {
  show('share-card', true);
  const rows = ROLES.flatMap(([role, name, allows]) => {
    const term = document.createElement('dt');
    term.textContent = `${name}: ${allows}`;
    const link = document.createElement('a');
    link.href = links[role];
    link.textContent = links[role];
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'quiet';
    copy.textContent = 'Copy';
    copy.setAttribute('aria-label', `Copy the link to ${role}`);
    copy.addEventListener('click', () => void copied(links[role]).then(told));
    const value = document.createElement('dd');
    value.append(link, copy);
    return [term, value];
  });
  element('share-links', HTMLElement).replaceChildren(...rows);
}

async function copied(link: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(link);
    return 'The link is copied.';
  } catch {
    return 'This browser does not let the page copy; take the link itself.';
  }
}
