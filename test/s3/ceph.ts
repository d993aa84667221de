import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const exec = promisify(execFile);

const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'setpriv'];

const UP_WITHIN_MS = 60_000;

/** How to reach an S3 server of the tests' own. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface Ceph {
  readonly server: S3Server;
  /** Ends its processes and removes its folder. */
  close(): Promise<void>;
}

/** The programs of Ceph that this machine lacks. */
export async function missingPrograms(): Promise<readonly string[]> {
  const folders = (process.env.PATH ?? '').split(':');
  const isThere = async (program: string) => {
    const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program))));
    return found.some(({ status }) => status === 'fulfilled');
  };
  const there = await Promise.all(PROGRAMS.map(isThere));
  return PROGRAMS.filter((_, i) => !there[i]);
}

/**
 * A Ceph of one monitor, one object store in memory and one S3 gateway, on free ports of this machine's loopback.
 * Its processes end with this one, however that ends.
 */
export async function startCeph(): Promise<Ceph> {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-ceph-'));
  const daemons: ChildProcess[] = [];
  const close = async () => {
    for (const daemon of daemons.reverse()) await killed(daemon);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { server: await bringUp(folder, daemons), close };
  } catch (error) {
    const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
    await close();
    throw new Error(`Ceph does not come up: ${log.slice(-2000)}`, { cause: error });
  }
}

async function bringUp(folder: string, daemons: ChildProcess[]): Promise<S3Server> {
  const [cluster, disk] = [randomUUID(), randomUUID()];
  const [monitorPort, gatewayPort] = await freePorts(2);
  const monitor = `[v1:127.0.0.1:${monitorPort}]`;
  const configuration = join(folder, 'ceph.conf');
  await mkdir(join(folder, 'mon'));
  await mkdir(join(folder, 'osd'));
  await writeFile(configuration, settings(folder, cluster, monitor, `127.0.0.1:${gatewayPort}`));

  const run = (program: string, ...args: readonly string[]) =>
    exec(program, [...args, '-c', configuration], { timeout: UP_WITHIN_MS });
  const start = (program: string, ...args: readonly string[]) => {
    // The kernel ends it where this process is killed: nobody else would.
    const command = ['--pdeathsig', 'KILL', program, '-f', '-c', configuration, ...args];
    daemons.push(spawn('setpriv', command, { stdio: 'ignore' }));
  };

  const map = join(folder, 'map');
  await run('monmaptool', '--create', '--addv', 'a', monitor, '--fsid', cluster, map);
  await run('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map);
  start('ceph-mon', '-i', 'a');
  await answering(monitorPort);

  const { stdout: id } = await run('ceph', 'osd', 'new', disk);
  await run('ceph-osd', '-i', id.trim(), '--mkfs', '--osd-uuid', disk);
  start('ceph-osd', '-i', id.trim());
  await run('ceph', 'osd', 'crush', 'add', `osd.${id.trim()}`, '1', 'root=default', `host=${hostname()}`);

  const [accessKey, secretKey] = ['GROUNDSWELLTESTS', 'a-secret-of-the-tests'];
  const keys = ['--access-key', accessKey, '--secret', secretKey];
  await run('radosgw-admin', 'user', 'create', '--uid=tests', '--display-name=tests', ...keys);
  start('radosgw', '-n', 'client.rgw');
  await answering(gatewayPort);
  return { endpoint: `http://127.0.0.1:${gatewayPort}`, accessKey, secretKey };
}

/** Without authentication between the daemons, for they hear this machine alone; one copy of everything. */
const settings = (folder: string, cluster: string, monitor: string, gateway: string) => `
[global]
fsid = ${cluster}
mon host = ${monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = false
run dir = ${folder}
pid file =
admin socket = ${folder}/$type.$id.asok
log file = ${folder}/log
mon cluster log file = ${folder}/log
mon data = ${folder}/mon
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd class update on start = false
osd crush update on start = false
osd max object name len = 1024
mon data avail warn = 1
mon data avail crit = 1
paxos propose interval = 0.05
paxos min wait = 0.01
osd heartbeat grace = 600
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
[client.rgw]
rgw frontends = beast endpoint=${gateway}
rgw enable usage log = false
`;

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function answering(port: number | undefined): Promise<void> {
  const until = Date.now() + UP_WITHIN_MS;
  while (Date.now() < until) {
    const socket = connect(port ?? 0, '127.0.0.1');
    const up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) return;
    await sleep(20);
  }
  throw new Error(`nothing listens at port ${port}`);
}

async function killed(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exit = once(daemon, 'exit');
  daemon.kill('SIGKILL');
  await exit;
}
