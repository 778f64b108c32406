import { expect, test } from 'vitest';
import { welcome } from '../src/cli/welcome.ts';
import { flagsOfNode, placeIn } from './platform.ts';

const up = {
  url: 'http://localhost:8080',
  internalUrl: 'http://localhost:9080',
  isDemo: false,
  hasOwnAdministrator: true,
  hasPages: true,
};
const logged = 'ordering     | {"level":"info"}\n';

test('where a platform is, is read from what it says of itself once it is up', () => {
  expect(placeIn(logged)).toBeUndefined();
  expect(placeIn(logged + welcome(up))).toEqual({ port: 8080, internalPorts: [9080] });
});

test('the ports of all processes are read from what a split platform says of itself', () => {
  const table = `  Its processes:

    process           pid   port  health
    gateway       1234567   8080  9080
    ordering           99   8090  9081
`;
  expect(placeIn(logged + welcome({ ...up, more: [table] }))).toEqual({ port: 8080, internalPorts: [9080, 9081] });
});

test('Node is given the flags that npm start gives to it', () => {
  expect(flagsOfNode()).toEqual([expect.stringMatching(/^--max-semi-space-size=\d+$/)]);
});
