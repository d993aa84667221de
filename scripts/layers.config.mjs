const TESTS = '\\.(test|suite|fixture)\\.ts$';
const PLATFORM_FREE = '^(core|shaders)/';
const APPS = ['coordinator', 'peer-node', 'browser-peer'];

/** The rooms and the ways between them, for dependency-cruiser. CONTRIBUTING.md says why. */
export default {
  forbidden: [
    {
      name: 'core-and-shaders-run-anywhere',
      comment: 'core/ and shaders/ run in browsers and in Node: no node: builtins.',
      severity: 'error',
      from: { path: PLATFORM_FREE, pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-and-shaders-know-no-app',
      comment: 'Imports run one way: apps, then core, then shaders.',
      severity: 'error',
      from: { path: PLATFORM_FREE, pathNot: TESTS },
      to: { path: `^(${APPS.join('|')}|test|bench|scripts)/` },
    },
    {
      name: 'shaders-know-the-grid-alone',
      comment: 'Of core, the models and engines need boxes and errors, nothing of jobs or peers.',
      severity: 'error',
      from: { path: '^shaders/', pathNot: TESTS },
      to: { path: '^core/', pathNot: '^core/(grid/|errors\\.ts$)' },
    },
    {
      name: 'browser-peer-runs-in-browsers',
      severity: 'error',
      from: { path: '^browser-peer/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    ...APPS.map((app) => ({
      name: `${app}-stands-alone`,
      comment:
        'Apps meet over the network, not through imports. The command starts a coordinator, so it may.',
      severity: 'error',
      from: { path: `^${app}/`, pathNot: [TESTS, '^peer-node/cli/'] },
      to: { path: `^(${APPS.filter((other) => other !== app).join('|')})/` },
    })),
    {
      name: 'the-command-knows-no-page',
      severity: 'error',
      from: { path: '^peer-node/cli/', pathNot: TESTS },
      to: { path: '^browser-peer/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-import-is-found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json', '.wgsl'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default', 'node'],
    },
  },
};
