import type { Teller } from './contribute/circumstances.js';
import type { PageTools } from './contribute/page.js';

/** What the browser that this page runs in offers, tells and keeps. */
export function pageSurroundings(): Pick<PageTools, 'surroundings' | 'isPhone' | 'teller' | 'storage'> {
  return {
    surroundings: {
      gpu: navigator.gpu,
      isSecureContext,
      crossOriginIsolated,
      processors: navigator.hardwareConcurrency,
      hasWebrtc: 'RTCPeerConnection' in globalThis,
    },
    isPhone: /Android|iPhone|iPad/.test(navigator.userAgent),
    teller: navigator as Teller,
    storage: storageHere(),
  };
}

/** Whoever blocks cookies may be refused even a look. */
function storageHere(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
