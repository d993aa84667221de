/** Browsers do not freeze a page that holds a lock while nobody sees it. Where there are no locks, as over plain http, they may. */
export async function unfrozen(work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks) await locks.request('groundswell', { mode: 'shared' }, work);
  else await work();
}
