// The arrows of the architecture: demo -> {main/electron, preload, renderer} -> ipc -> core, and
// main/electron -> main/* -> core. Anything else is an error.
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(core|main|ipc|preload|renderer|testing|demo|test|bench|scripts)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    only('core-is-alone', '^core/', '^core/', 'core/ imports nothing of ours'),
    only('ipc-on-core', '^ipc/', '^(ipc|core)/', 'the contract rests on core/ alone'),
    only(
      'renderer-on-ipc',
      '^renderer/',
      '^(renderer|ipc|core)/',
      'a page cannot import from the main process',
    ),
    only(
      'preload-on-ipc',
      '^preload/',
      '^(preload|ipc|core)/',
      'the preload carries the contract and nothing else',
    ),
    only(
      'main-on-core',
      '^main/(?!electron/)',
      '^(main/(?!electron/)|core/)',
      'what runs in plain Node knows no Electron',
    ),
    only('testing-is-alone', '^testing/', '^testing/', 'what tests use imports nothing of ours'),
    only(
      'host-on-main',
      '^main/electron/',
      '^(main|ipc|core|preload/path.cjs)(/|$)',
      'the host imports no page and no preload, but for where the preload lies',
    ),
    {
      name: 'electron-stays-in-its-folders',
      severity: 'error',
      comment: "only main/electron/ and preload/ import 'electron'",
      from: { path: '^(core|main|ipc|renderer)/', pathNot: '^main/electron/' },
      to: { path: '(^|node_modules/)electron(/|$)' },
    },
    {
      name: 'no-circle',
      severity: 'error',
      from: { path: '^(core|main|ipc|preload|renderer|testing|demo)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'declared',
      severity: 'error',
      comment: 'what is imported is a dependency of package.json, or a peer',
      from: { path: '^(core|main|ipc|preload|renderer|testing)/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'],
        pathNot: 'node_modules/(electron|react|vue)/',
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['import', 'types', 'default'], exportsFields: ['exports'] },
  },
};
