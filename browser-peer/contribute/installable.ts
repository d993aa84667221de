import { element, show } from './elements.js';

/** As Chromium tells a page that it may be installed. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/**
 * Lets the page be installed as an app, and opened without a network. Browsers allow that over https and on the coordinator's own
 * machine; elsewhere nothing happens.
 */
export function installable(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    const button = element('install', HTMLButtonElement);
    button.onclick = () => {
      show('install', false);
      void (event as InstallEvent).prompt();
    };
    show('install', true);
  });
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return;
  // Afterwards: what a first visit waits for comes first.
  if (document.readyState === 'complete') void keepShell(workers);
  else addEventListener('load', () => void keepShell(workers));
}

async function keepShell(workers: ServiceWorkerContainer): Promise<void> {
  try {
    await workers.register('service-worker.js');
    const { active } = await workers.ready;
    const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const shell = loaded.filter(({ initiatorType }) => initiatorType !== 'fetch').map(({ name }) => name);
    active?.postMessage([new URL('.', document.baseURI).href, ...shell]);
  } catch {
    // Private windows of some browsers refuse it. The page works without.
  }
}
