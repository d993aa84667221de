import { PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import description from '../../package.json' with { type: 'json' };

export const version = description.version;

/** `groundswell version`: what somebody who reports a fault is asked for. */
export function versionLine({ json }: { json?: boolean }): string {
  const { arch, platform, versions } = process;
  if (json) {
    return JSON.stringify({ version, protocol: PROTOCOL_VERSION, node: versions.node, platform, arch });
  }
  return `groundswell ${version} (protocol ${PROTOCOL_VERSION}, Node ${versions.node}, ${platform} ${arch})`;
}
