import type { Download } from './lab-api.js';

export interface DownloadTools {
  readonly download: (address: string) => Promise<Download>;
  /** What becomes of it, for people. */
  readonly tell: (words: string) => void;
}

/** Long enough for a browser to take over what it saves. */
const KEPT_MS = 60_000;

/**
 * Has the links in `place` that are marked with `download` fetch their files with the rights of this page, and save them. What goes
 * wrong is told, instead of being saved in the file's place.
 */
export function takeDownloads(place: HTMLElement, { download, tell }: DownloadTools): void {
  place.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[download]') : null;
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    tell('The file is being made…');
    void download(link.href).then(
      (file) => {
        save(file, link.download);
        tell(`${file.name || 'The file'} is downloaded.`);
      },
      (error) => tell(error instanceof Error ? error.message : String(error)),
    );
  });
}

function save({ name, content }: Download, otherName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name || otherName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
