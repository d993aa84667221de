// Imported first, for its effect: whoever comes with an older Node learns what to do, and nothing else runs.
const OLDEST = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  console.error(
    `Groundswell needs Node ${OLDEST} or later; this is ${process.versions.node}. Install it from https://nodejs.org`,
  );
  process.exit(2);
}
