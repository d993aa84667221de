import { LineCounter, parseDocument } from 'yaml';
import { JobError, type JobFault } from '../errors.js';
import { MAX_JOB_BYTES } from '../protocol/limits.js';

/**
 * Reads a job file's text: YAML, of which JSON is a part. `fileName` is for people. The value still has to be
 * checked (`checkJob`). Throws JobError with the lines where the text is not YAML, or names a field twice.
 */
export function parseJobText(text: string, fileName: string): unknown {
  if (text.length > MAX_JOB_BYTES) {
    const problem = `has ${text.length} characters, more than the ${MAX_JOB_BYTES} that a job may`;
    throw new JobError([{ field: fileName, problem, fix: 'Keep data in arrays beside the file' }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new JobError(
      document.errors.map(({ message, pos }): JobFault => {
        const { line, col } = lines.linePos(pos[0]);
        return {
          field: `${fileName}, line ${line}, column ${col}`,
          problem: message.replace(/\.$/, ''),
          fix: 'Write it as YAML or JSON',
        };
      }),
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new JobError([{ field: fileName, problem, fix: 'Write it with fewer aliases' }]);
  }
}
