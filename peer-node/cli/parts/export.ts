import {
  type ExportReport,
  type ExportRequest,
  exportResult as write,
} from '../../../coordinator/export/export.js';
import { openResult } from '../../../coordinator/export/stored-result.js';
import { folderReader } from '../../../coordinator/store/folder.js';
import type { ResultPlace } from '../parts.js';

/** Writes a result to a file. `lifetime` ends it, and leaves no file. */
export async function exportResult(
  from: ResultPlace,
  request: ExportRequest,
  lifetime: AbortSignal,
): Promise<ExportReport> {
  switch (from.kind) {
    case 'folder':
      return write(await openResult(folderReader(from.folder)), request, lifetime);
    case 'bucket': {
      const { s3Store } = await import('../../../coordinator/store/s3.js');
      const store = await s3Store(from.address);
      try {
        return await write(await openResult(store), request, lifetime);
      } finally {
        store.close();
      }
    }
  }
}
