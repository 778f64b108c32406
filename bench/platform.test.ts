import { expect, test } from 'vitest';
import { internalPortsIn } from './platform.ts';

test('the ports of all processes are read from what a split platform says of itself', () => {
  const output = `ordering     | {"level":"info"}

  Suanpan is up.

    API        http://localhost:8080

  Its processes:

    process           pid   port  health
    gateway       1234567   8080  9080
    ordering           99   8090  9081

  Ctrl-C ends it.
`;
  expect(internalPortsIn(output)).toEqual([9080, 9081]);
});
