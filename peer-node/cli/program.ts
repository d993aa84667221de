import { Argument, Command, CommanderError, Option } from 'commander';
import { S3_ADDRESS_EXAMPLE } from '../../coordinator/store/s3-address.js';
import { GroundswellError } from '../../core/errors.js';
import type { Context } from './context.js';
import { EXIT_HELP, Exit, exitOf } from './exit.js';
import { exportCommand } from './export.js';
import { join } from './join.js';
import { logs } from './logs.js';
import {
  address,
  cut,
  DEFAULT_ADDRESS,
  frameRate,
  memberNumber,
  option,
  positive,
  positiveWhole,
  snapshot,
  storeAddress,
  watched,
} from './options.js';
import { resume } from './resume.js';
import { run } from './run.js';
import { serve } from './serve.js';
import { status } from './status.js';
import { stop } from './stop.js';
import { storeInit } from './store-init.js';
import { submit } from './submit.js';
import { version, versionLine } from './version.js';
import { watch } from './watch.js';

/**
 * Runs the command that `args` (without the program's name) asks for. Resolves to the exit status; errors have been
 * told on stderr by then, one line for each fault.
 */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  let exit: number = Exit.ok;
  const program = describe(context, (status) => {
    exit = status;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.ok : Exit.refused;
    process.stderr.write(program.opts<{ debug?: boolean }>().debug ? inFull(error) : inShort(error));
    return context.lifetime.aborted ? Exit.interrupted : exitOf(error);
  }
}

function describe(context: Context, end: (status: number) => void): Command {
  const program = new Command('groundswell')
    .description('Wave-field simulation over many volunteers’ devices, peer to peer')
    .version(version)
    .option('--debug', 'show where an error comes from')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'groundswell: ')) })
    .addHelpText('after', EXIT_HELP);

  program
    .command('serve')
    .description('start a coordinator')
    .addOption(option.host())
    .addOption(option.port())
    .addOption(option.data())
    .addOption(option.store())
    .addOption(option.ice())
    .addOption(option.turnSecret())
    .addOption(option.evidence())
    .addOption(option.json())
    .action(async (options) => end(await serve(options, context)));

  program
    .command('join')
    .description('compute along')
    .addArgument(
      new Argument(
        '<url...>',
        "an invitation or a coordinator's address; others where one may stand in for it",
      ).argParser<readonly URL[]>((text, before = []) => [...before, address(text)]),
    )
    .addOption(option.engine())
    .addOption(option.threads())
    .addOption(option.beside())
    .addOption(option.share())
    .addOption(option.transport())
    .addOption(option.name())
    .addOption(option.peers(1, 1))
    .addOption(option.gpu())
    .addOption(option.gpus())
    .addOption(option.gpuMemory())
    .option('--ec2', 'hand over and leave when EC2 announces that it takes this spot instance back')
    .action(async (urls, options) => end(await join(urls, options, context)));

  program
    .command('run')
    .description('run a job on this machine, and on whoever joins')
    .argument('<job>', 'job file, YAML or JSON')
    .addOption(option.host())
    .addOption(option.port())
    .addOption(option.data())
    .addOption(option.store())
    .addOption(option.ice())
    .addOption(option.turnSecret())
    .addOption(option.peers(0, 2))
    .addOption(option.gpus())
    .addOption(option.gpuMemory())
    .addOption(option.engine())
    .addOption(option.threads())
    .addOption(option.transport())
    .addOption(option.name())
    .option('--keep', 'go on serving when the job is done')
    .option('--exit', 'end when the job has ended; the default, and stronger than --keep')
    .addOption(option.json())
    .action(async (job, { exit, keep, ...options }) =>
      end(await run(job, { ...options, keep: keep === true && exit !== true }, context)),
    );

  program
    .command('submit')
    .description('hand a job to a coordinator')
    .argument('<job>', 'job file, YAML or JSON')
    .addOption(option.url())
    .addOption(option.token())
    .addOption(option.data())
    .option('--wait', 'stay until the job has ended')
    .addOption(option.json())
    .action(async (job, options) => end(await submit(job, options, context)));

  program
    .command('status')
    .description('show who is in a room, and how far its jobs are')
    .addArgument(new Argument('[url]').argParser(address).default(address(DEFAULT_ADDRESS), DEFAULT_ADDRESS))
    .addOption(option.json())
    .action(async (url, options) => end(await status(url, options, context)));

  program
    .command('watch')
    .description('watch a plane of a job as its peers compute it; of one that does not run, the last stored')
    .addArgument(
      new Argument(
        '<job-id...>',
        "a job's id, as `groundswell status` lists it; before it, a coordinator's address or an invitation",
      ).argParser<readonly string[]>((text, before = []) => [...before, text]),
    )
    .option('--field <state>', "what is seen, like psi.L (default: the job's first)")
    .option('--plane <axis=cell>', 'where the grid is cut (default: the middle of z)', cut)
    .addOption(new Option('--rate <number>', 'frames a second, at most').argParser(frameRate).default(5))
    .addOption(new Option('--frames <number>', 'end after so many').argParser(positiveWhole))
    .addOption(option.json())
    .action(async (what: readonly string[], options) => {
      const { url, job } = watched(what);
      end(await watch(url, job, options, context));
    });

  program
    .command('logs')
    .description('show what happened to a job: plans, peers that came and went, seals, setbacks, its end')
    .argument('[job-id]', 'without one: everything that happened in the room')
    .addOption(option.url())
    .option('-f, --follow', 'go on until the job has ended')
    .addOption(option.json())
    .action(async (id, options) => end(await logs(id, options, context)));

  program
    .command('stop')
    .description('stop a job that waits or runs')
    .argument('<job-id>')
    .addOption(option.url())
    .addOption(option.token())
    .addOption(option.data())
    .action(async (id, options) => end(await stop(id, options, context)));

  program
    .command('resume')
    .description('go on with a job that was stopped or failed, from its newest checkpoint')
    .argument('<job-id>')
    .addOption(option.url())
    .addOption(option.token())
    .addOption(option.data())
    .action(async (id, options) => end(await resume(id, options, context)));

  program
    .command('export')
    .description('write a result, or a part of it, to a file for other programs')
    .argument('<result>', "a job's id, or the folder or s3:// address of its result.zarr")
    .argument('[what]', 'an output, or one of its states: film, film/psi.L, probes/ear')
    .addOption(
      new Option('--format <format>', 'what the file is')
        .choices(['netcdf', 'npy', 'png', 'mp4'])
        .default('netcdf'),
    )
    .option('--to <file>', 'where to (default: a file here, named for what it holds)')
    .option('--snapshot <number>', 'of png and npy: which, from 0, or from -1 back (png: the last)', snapshot)
    .option('--member <number>', 'of a sweep, in png, mp4 and npy: which, from 0', memberNumber)
    .option('--plane <axis=cell>', 'of png and mp4: where to cut a volume (default: the middle of z)', cut)
    .option(
      '--range <value>',
      'of png and mp4: colours from -value to value (default: what there is)',
      positive,
    )
    .addOption(new Option('--fps <number>', 'of mp4: snapshots a second').argParser(positive).default(25))
    .addOption(option.data())
    .addOption(option.store())
    .addOption(option.json())
    .action(async (result, what, options) => end(await exportCommand(result, what, options, context)));

  program
    .command('store')
    .description('look after a store in S3')
    .command('init')
    .description('make a bucket ready: create it, let pages use it, and try out what a coordinator does')
    .addArgument(new Argument('<address>', `for example ${S3_ADDRESS_EXAMPLE}`).argParser(storeAddress))
    .option('--origin <origin...>', 'pages that may use it by signed addresses', ['*'])
    .addOption(option.json())
    .action(async (to, options) => end(await storeInit(to, options, context)));

  program
    .command('version')
    .description('show the version, and what it runs on')
    .addOption(option.json())
    .action((options) => context.print(versionLine(options)));

  return program;
}

function inShort(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const ours =
    error instanceof GroundswellError ? '' : ' (a fault of ours; --debug shows where, please report it)';
  return `${message}${ours}`
    .split('\n')
    .map((line) => `groundswell: ${line}\n`)
    .join('');
}

function inFull(error: unknown): string {
  return `${error instanceof Error ? error.stack : String(error)}\n`;
}
