import { describe, expect, test } from 'vitest';
import type { Service } from '#runtime/service.ts';
import { readSettings } from '#runtime/settings/settings.ts';
import { findNeighbours } from './neighbours.ts';
import { compose } from './services.ts';
import { type Environment, platformSettings } from './settings.ts';

const available = ['tea', 'cups'].map((name) => ({ name, answers: [], hears: [], says: [] }) as unknown as Service);
const whole = {
  AMQP_URL: 'amqp://localhost',
  DATABASE_URL: 'postgres://somebody:password@localhost/postgres',
  CUPS_URL: 'http://10.0.0.7:8090, http://10.0.0.8:8090/',
};

function found(environment: Environment, run: readonly string[] = ['gateway', 'tea']) {
  return findNeighbours(compose({ available, run }), readSettings(platformSettings, environment), environment);
}

describe('neighbours', () => {
  test('are found by their settings; what is shared is derived from what all have', () => {
    const { urls, secret } = found(whole) ?? {};
    expect([...(urls ?? [])]).toEqual([['cups', ['http://10.0.0.7:8090', 'http://10.0.0.8:8090']]]);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(secret).toBe(found({ ...whole, DATABASE_URL: 'postgres://other:password@elsewhere/shop' })?.secret);
    expect(secret).not.toBe(
      found({ ...whole, DATABASE_URL: 'postgres://somebody:another@localhost/postgres' })?.secret,
    );
    expect(found({ ...whole, SERVICE_SECRET: 'chosen' })?.secret).toBe('chosen');
  });

  test('are none where everything runs in this process', () => {
    expect(found({}, ['gateway', 'tea', 'cups'])).toBeUndefined();
  });

  test.each([
    [{ AMQP_URL: '' }, /^AMQP_URL is not set, and cups would run elsewhere: .+RabbitMQ/],
    [{ CUPS_URL: '' }, /^Not set: CUPS_URL \(where cups listens, http:\/\/host:port\)$/],
    [{ DATABASE_URL: '' }, /^SERVICE_SECRET is not set: /],
    [{ DATABASE_URL: 'postgres://somebody@localhost/postgres' }, /^SERVICE_SECRET is not set: /],
    [{ CUPS_URL: 'cups:8090' }, /^CUPS_URL: "cups:8090" is not valid: expected addresses such as http:/],
    [{ CUPS_URL: 'http://cups:8090/v1' }, /^CUPS_URL: "http:\/\/cups:8090\/v1" is not valid/],
  ])('that cannot be found are named by the setting that is missing or wrong: %j', (change, message) => {
    expect(() => found({ ...whole, ...change })).toThrow(message);
  });
});
